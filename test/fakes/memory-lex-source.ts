import { compareBytes } from '../../src/agreements/byte-order.ts';
import { PermanentError, TransientError } from '../../src/errors.ts';
import type { LexSource, RowsAnswer } from '../../src/lex/lex-source.ts';

/** Rows a block, small enough that readers meet several. */
const BLOCK_ROWS = 3;

export type LexRequest =
  | { readonly kind: 'count'; readonly number: number }
  | { readonly kind: 'rows'; readonly number: number; readonly offset: number; readonly limit: number }
  | { readonly kind: 'document'; readonly number: number; readonly id: string };

export interface MemoryLexOptions {
  /** Called before every request, numbered from 0: may change the listing, or throw instead of an answer. */
  readonly onRequest?: (request: LexRequest, lex: MemoryLexSource) => void;
  /** The most rows of one answer; default: as many as asked for. */
  readonly maxRows?: (request: LexRequest) => number;
  /** Default true. */
  readonly hasGetById?: boolean;
  /** Cuts the answer after so many rows, with `LEX_BODY_CUT`. */
  readonly cutAfter?: (request: LexRequest) => number | null;
  readonly namesTotal?: boolean;
  /** The rows come as elements of a JSON array. Default: as lines. */
  readonly isArray?: boolean;
}

/** A Lex of one namespace, in memory: a list of rows that may change between any two requests. */
export class MemoryLexSource implements LexSource {
  /** In the order in which they are listed. `id`: by which the row is put, got and taken away. */
  rows: { readonly id: string; readonly bytes: Buffer }[] = [];
  readonly requests: LexRequest[] = [];
  readonly #namespace: string;
  readonly #options: MemoryLexOptions;

  constructor(namespace: string, options: MemoryLexOptions = {}) {
    this.#namespace = namespace;
    this.#options = options;
  }

  /** Puts the document at its place, instead of the one with the same id. */
  put(id: string, bytes: Buffer | string): void {
    this.remove(id);
    this.rows.push({ id, bytes: Buffer.from(bytes) });
    this.rows.sort((a, b) => compareBytes(a.id, b.id));
  }

  remove(id: string): void {
    this.rows = this.rows.filter((row) => row.id !== id);
  }

  async countDocuments(namespace: string): Promise<number> {
    this.#check(namespace);
    this.#arrive({ kind: 'count', number: this.requests.length });
    return this.rows.length;
  }

  async readRows(
    namespace: string,
    offset: number,
    limit: number,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RowsAnswer> {
    this.#check(namespace);
    options.signal?.throwIfAborted();
    if (limit < 1 || offset < 0) throw new PermanentError('LEX_BAD_REQUEST', `Lex refused ${offset}, ${limit}.`);
    const request: LexRequest = { kind: 'rows', number: this.requests.length, offset, limit };
    this.#arrive(request);
    const most = Math.min(limit, this.#options.maxRows?.(request) ?? limit);
    const rows = this.rows.slice(offset, offset + most).map(({ bytes }) => bytes);
    const totalDocs = this.#options.namesTotal === false ? null : this.rows.length;
    return {
      totalDocs,
      isArray: this.#options.isArray ?? false,
      rows: blocksOf(rows, this.#options.cutAfter?.(request) ?? null),
    };
  }

  async getDocument(namespace: string, id: string): Promise<Buffer | null | undefined> {
    this.#check(namespace);
    if (this.#options.hasGetById === false) return undefined;
    this.#arrive({ kind: 'document', number: this.requests.length, id });
    return this.rows.find((row) => row.id === id)?.bytes ?? null;
  }

  async close(): Promise<void> {}

  #arrive(request: LexRequest): void {
    this.requests.push(request);
    this.#options.onRequest?.(request, this);
  }

  #check(namespace: string): void {
    if (namespace !== this.#namespace) throw new PermanentError('LEX_NAMESPACE_UNKNOWN', `No ${namespace}.`);
  }
}

async function* blocksOf(rows: readonly Buffer[], cutAfter: number | null): AsyncIterable<readonly Buffer[]> {
  const end = Math.min(rows.length, cutAfter ?? rows.length);
  for (let i = 0; i < end; i += BLOCK_ROWS) yield rows.slice(i, Math.min(i + BLOCK_ROWS, end));
  if (cutAfter !== null) throw new TransientError('LEX_BODY_CUT', 'Lex cut its answer.');
}
