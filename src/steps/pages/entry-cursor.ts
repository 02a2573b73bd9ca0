/** Walks a range of AgreementHash beside a page's rows. */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { AgreementHash, HashEntry } from '../../stores/agreement-hash.ts';

/** The batch in hand is open to its reader, so that a row that is known costs no call. */
export class EntryCursor {
  /** Entries in hand, ascending. */
  batch: readonly HashEntry[] = [];
  /** Of the next entry in {@link batch}; behind the last one: {@link load} gives more. */
  index = 0;
  readonly #iterator: AsyncIterator<readonly HashEntry[]>;
  #isDone = false;

  constructor(
    hashes: Pick<AgreementHash, 'readRange'>,
    namespace: string,
    after: string | null,
    through: string | null,
  ) {
    this.#iterator = hashes.readRange(namespace, after, through)[Symbol.asyncIterator]();
  }

  /** The next entry, or `null` behind the last one. */
  async peek(): Promise<HashEntry | null> {
    while (this.index >= this.batch.length && !this.#isDone) await this.load();
    return this.batch[this.index] ?? null;
  }

  /** Replaces the batch in hand by the next one, empty behind the last. */
  async load(): Promise<void> {
    const next = this.#isDone ? null : await this.#iterator.next();
    this.#isDone = next === null || next.done === true;
    this.batch = next === null || next.done ? [] : next.value;
    this.index = 0;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Gives back what the range holds open. */
  async close(): Promise<void> {
    if (!this.#isDone) await this.#iterator.return?.();
    this.#isDone = true;
  }
}

/** One document's entry, by a range that holds little else: there is no get by id. */
export async function readEntry(
  hashes: Pick<AgreementHash, 'readRange'>,
  namespace: string,
  id: string,
): Promise<HashEntry | null> {
  for await (const entries of hashes.readRange(namespace, justBefore(id), id)) {
    const entry = entries.findLast(({ lex_id }) => compareBytes(lex_id, id) === 0);
    if (entry !== undefined) return entry;
  }
  return null;
}

/** A text below `id` with few ids between them: the id without its last character. `null`: −∞. */
export function justBefore(id: string): string | null {
  const before = [...id].slice(0, -1).join('');
  return before === '' ? null : before;
}
