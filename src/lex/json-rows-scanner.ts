/**
 * Cuts the documents out of `{"namespace":…,"total_docs":…,"offset":…,"documents":[…]}` as raw bytes, as it comes in.
 * No document is parsed; members may come in any order; unknown members are skipped.
 */
import { PermanentError, TransientError } from '../errors.ts';
import { JsonValueScanner } from './json-value-scanner.ts';
import { byteOrderMarkLength, type RowScanner, type RowsContext, rowTooLong } from './line-splitter.ts';

/** Longest key or short member that is kept: a namespace, a total. */
const MAX_MEMBER_BYTES = 4096;

type Expecting =
  | 'object'
  | 'first key'
  | 'key'
  | 'key text'
  | 'colon'
  | 'member'
  | 'member text'
  | 'after member'
  | 'first document'
  | 'document'
  | 'document text'
  | 'after document'
  | 'nothing more';

export class JsonRowsScanner implements RowScanner {
  totalDocs: number | null = null;
  readonly #context: RowsContext;
  readonly #value = new JsonValueScanner();
  #expecting: Expecting = 'object';
  #key = '';
  #hasDocuments = false;
  #rows = 0;
  /** The value under way: what of it lay in earlier chunks. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #head: Buffer | null = Buffer.alloc(0);

  constructor(context: RowsContext) {
    this.#context = context;
  }

  push(bytes: Buffer, rows: Buffer[]): void {
    const chunk = this.#withoutByteOrderMark(bytes);
    let i = 0;
    while (i < chunk.length) {
      if (this.#expecting === 'document text' || this.#expecting === 'member text' || this.#expecting === 'key text') {
        i = this.#readValue(chunk, i, rows);
        continue;
      }
      const byte = chunk[i]!;
      if (isWhiteSpace(byte)) i += 1;
      else i = this.#step(byte, i);
    }
  }

  end(): void {
    if (this.#expecting !== 'nothing more') {
      throw new TransientError(
        'LEX_BODY_CUT',
        `The answer for \`${this.#context.namespace}\` ends before its JSON does.`,
        {
          namespace: this.#context.namespace,
          position: this.#context.offset + this.#rows,
        },
      );
    }
    if (!this.#hasDocuments) throw this.#invalid('it has no `documents`');
  }

  /** One byte of the frame around the documents. @returns where to go on */
  #step(byte: number, i: number): number {
    const char = String.fromCharCode(byte);
    switch (this.#expecting) {
      case 'object':
        return this.#move(char, i, { '{': 'first key' });
      case 'first key':
        if (char === '}') return this.#move(char, i, { '}': 'nothing more' });
        return this.#begin(char === '"', 'key text', i);
      case 'key':
        return this.#begin(char === '"', 'key text', i);
      case 'colon':
        return this.#move(char, i, { ':': 'member' });
      case 'member':
        if (this.#key !== 'documents') return this.#begin(!',:]}'.includes(char), 'member text', i);
        if (this.#hasDocuments) throw this.#invalid('it has `documents` twice');
        this.#hasDocuments = true;
        return this.#move(char, i, { '[': 'first document' });
      case 'after member':
        return this.#move(char, i, { ',': 'key', '}': 'nothing more' });
      case 'first document':
        if (char === ']') return this.#move(char, i, { ']': 'after member' });
        return this.#begin(!',:}'.includes(char), 'document text', i);
      case 'document':
        return this.#begin(!',:]}'.includes(char), 'document text', i);
      case 'after document':
        return this.#move(char, i, { ',': 'document', ']': 'after member' });
      default:
        throw this.#invalid('something follows the end of its JSON');
    }
  }

  #move(char: string, i: number, next: Readonly<Record<string, Expecting>>): number {
    const expecting = next[char];
    if (expecting === undefined) throw this.#invalid(`its JSON is broken (${this.#expecting} expected)`);
    this.#expecting = expecting;
    return i + 1;
  }

  #begin(isAllowed: boolean, expecting: Expecting, i: number): number {
    if (!isAllowed) throw this.#invalid(`its JSON is broken (${this.#expecting} expected)`);
    this.#expecting = expecting;
    this.#value.begin();
    return i;
  }

  #readValue(chunk: Buffer, start: number, rows: Buffer[]): number {
    const end = this.#value.scan(chunk, start);
    const isDocument = this.#expecting === 'document text';
    const isKept = isDocument || this.#expecting === 'key text' || isKnownMember(this.#key);
    if (isKept) this.#checkSize(isDocument, (end === -1 ? chunk.length : end) - start);
    if (end === -1) {
      if (isKept) this.#pieces.push(chunk.subarray(start));
      if (isKept) this.#pieceBytes += chunk.length - start;
      return chunk.length;
    }
    const last = chunk.subarray(start, end);
    const text = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#take(text, rows);
    return end;
  }

  #take(text: Buffer, rows: Buffer[]): void {
    if (this.#expecting === 'document text') {
      rows.push(text);
      this.#rows += 1;
      this.#expecting = 'after document';
    } else if (this.#expecting === 'key text') {
      this.#key = String(this.#parse(text));
      this.#expecting = 'colon';
    } else {
      if (isKnownMember(this.#key)) this.#checkMember(this.#parse(text));
      this.#expecting = 'after member';
    }
  }

  #checkMember(value: unknown): void {
    if (this.#key === 'total_docs') this.totalDocs = checkTotalDocs(value, this.#context.namespace);
    if (this.#key === 'namespace') checkAnsweredNamespace(value, this.#context.namespace);
    if (this.#key === 'offset' && value !== this.#context.offset) {
      throw this.#invalid(`it begins at another offset than ${this.#context.offset}`);
    }
  }

  #checkSize(isDocument: boolean, addedBytes: number): void {
    const bytes = this.#pieceBytes + addedBytes;
    if (isDocument && bytes > this.#context.maxRowBytes) throw rowTooLong(this.#context, this.#rows);
    if (!isDocument && bytes > MAX_MEMBER_BYTES)
      throw this.#invalid(`a member is longer than ${MAX_MEMBER_BYTES} bytes`);
  }

  #parse(text: Buffer): unknown {
    try {
      return JSON.parse(text.toString());
    } catch {
      throw this.#invalid('its JSON is broken (unreadable member)');
    }
  }

  /** The mark may lie across the first chunks: nothing is decided before three bytes are there, or a first that is none. */
  #withoutByteOrderMark(bytes: Buffer): Buffer {
    if (this.#head === null) return bytes;
    const start = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    if (start.length < 3 && start[0] === 0xef) {
      this.#head = start;
      return Buffer.alloc(0);
    }
    if (start.length > 0) this.#head = null;
    return start.subarray(byteOrderMarkLength(start));
  }

  #invalid(what: string): PermanentError {
    const { namespace, offset } = this.#context;
    return new PermanentError('LEX_ANSWER_INVALID', `The answer for \`${namespace}\` cannot be used: ${what}.`, {
      namespace,
      position: offset + this.#rows,
    });
  }
}

/** @throws PermanentError `LEX_ANSWER_INVALID` unless `value` is a whole number from 0 */
export function checkTotalDocs(value: unknown, namespace: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new PermanentError('LEX_ANSWER_INVALID', `Lex gave no usable \`total_docs\` for \`${namespace}\`.`, {
    namespace,
  });
}

/** @throws PermanentError `LEX_WRONG_NAMESPACE` */
export function checkAnsweredNamespace(value: unknown, namespace: string): void {
  if (value === namespace) return;
  throw new PermanentError('LEX_WRONG_NAMESPACE', `Lex was asked for \`${namespace}\` and answered for another.`, {
    namespace,
  });
}

function isKnownMember(key: string): boolean {
  return key === 'namespace' || key === 'total_docs' || key === 'offset';
}

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
