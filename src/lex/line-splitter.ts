/** Cuts NDJSON into rows as it comes in: rows are views on the chunks, only a row across a chunk border is copied, once. */
import { PermanentError, TransientError } from '../errors.ts';

/** Turns the bytes of an answer into rows. One per answer. */
export interface RowScanner {
  /** Appends to `rows` the rows that end in `chunk`. `chunk` must not be written again. */
  push(chunk: Buffer, rows: Buffer[]): void;
  /** Call after the last chunk. @throws TransientError `LEX_BODY_CUT`: the answer was not complete. */
  end(): void;
  /** Total that the body named so far, or `null`. */
  readonly totalDocs: number | null;
}

/** What a scanner checks against and names in its errors. */
export interface RowsContext {
  readonly namespace: string;
  /** Position of the first row in the namespace, from 0. */
  readonly offset: number;
  /** A longer row ends the answer: memory stays bounded whatever Lex sends. */
  readonly maxRowBytes: number;
}

const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export class LineSplitter implements RowScanner {
  readonly totalDocs = null;
  readonly #context: RowsContext;
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #isFirstLine: boolean;
  #rows = 0;

  /** @param isAtStart false when the bytes begin in the middle of a file, where no byte order mark can be */
  constructor(context: RowsContext, isAtStart = true) {
    this.#context = context;
    this.#isFirstLine = isAtStart;
  }

  push(chunk: Buffer, rows: Buffer[]): void {
    let start = 0;
    let end = chunk.indexOf(LF);
    if (this.#pieces.length > 0 && end !== -1) {
      this.#pieces.push(chunk.subarray(0, end));
      const line = Buffer.concat(this.#pieces);
      this.#pieces = [];
      this.#pieceBytes = 0;
      this.#take(line, 0, line.length, rows);
      start = end + 1;
      end = chunk.indexOf(LF, start);
    }
    while (end !== -1) {
      this.#take(chunk, start, end, rows);
      start = end + 1;
      end = chunk.indexOf(LF, start);
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  end(): void {
    if (this.#pieceBytes === 0) return;
    if (this.#pieceBytes === 3 && this.#isFirstLine && Buffer.concat(this.#pieces).equals(BYTE_ORDER_MARK)) return;
    throw new TransientError('LEX_BODY_CUT', `The rows of \`${this.#context.namespace}\` end without a line feed.`, {
      namespace: this.#context.namespace,
      position: this.#context.offset + this.#rows,
    });
  }

  #take(bytes: Buffer, lineStart: number, lineEnd: number, rows: Buffer[]): void {
    let start = lineStart;
    if (this.#isFirstLine) {
      this.#isFirstLine = false;
      start += byteOrderMarkLength(bytes.subarray(lineStart, lineEnd));
    }
    if (!holdsDocument(bytes, start, lineEnd)) return;
    const end = bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (end - start > this.#context.maxRowBytes) throw rowTooLong(this.#context, this.#rows);
    this.#rows += 1;
    rows.push(bytes.subarray(start, end));
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
    // One byte more: a row of exactly the maximum may still be followed by its carriage return.
    if (this.#pieceBytes > this.#context.maxRowBytes + 1) throw rowTooLong(this.#context, this.#rows);
  }
}

/** Whether a line holds more than white space: a blank line is no row. */
export function holdsDocument(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i]!;
    if (byte > BLANK || (byte !== BLANK && byte !== CR && byte !== 0x09)) return true;
  }
  return false;
}

/** 3 when the bytes begin with a byte order mark, else 0. */
export function byteOrderMarkLength(bytes: Buffer): 0 | 3 {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** @param row number of the row in this answer, from 0 */
export function rowTooLong(context: RowsContext, row: number): PermanentError {
  const position = context.offset + row;
  return new PermanentError(
    'LEX_ANSWER_INVALID',
    `The document at position ${position} of \`${context.namespace}\` is longer than ${context.maxRowBytes} bytes.`,
    { namespace: context.namespace, position, max_row_bytes: context.maxRowBytes },
  );
}
