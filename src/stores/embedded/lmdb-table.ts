import { PermanentError } from '../../errors.ts';
import type { Table, TableRange } from './environment.ts';
import { type KeyBound, type LmdbStore, TABLE_END } from './lmdb-file.ts';

/** Bound of `Environment`; LMDB takes 1,978 bytes with the table's name. */
const MAX_KEY_BYTES = 1900;

/** What a table needs to know of its environment. */
export interface TableOwner {
  isWriting(): boolean;
  /** Makes the next read see what others have committed, once per turn: reads of one turn share a snapshot. */
  freshen(): void;
  /** Told the table of every write. */
  touch(table: string): void;
}

export class LmdbTable<V> implements Table<V> {
  readonly #name: string;
  readonly #store: LmdbStore<V>;
  readonly #owner: TableOwner;

  constructor(name: string, store: LmdbStore<V>, owner: TableOwner) {
    this.#name = name;
    this.#store = store;
    this.#owner = owner;
  }

  get(key: string): V | null {
    this.#owner.freshen();
    return this.#store.get(checkTableKey(key)) ?? null;
  }

  put(key: string, value: V): void {
    this.#beforeWrite();
    this.#store.putSync(checkTableKey(key), value);
  }

  remove(key: string): boolean {
    this.#beforeWrite();
    return this.#store.removeSync(checkTableKey(key));
  }

  *range(bounds: TableRange = {}): Iterable<{ readonly key: string; readonly value: V }> {
    this.#owner.freshen();
    const entries = this.#store.getRange(rangeOptions(bounds)) as Iterable<{ readonly key: string; readonly value: V }>;
    // Inside a commit the caller may write while it iterates, and would meet its own writes.
    yield* this.#owner.isWriting() ? [...entries] : entries;
  }

  #beforeWrite(): void {
    if (!this.#owner.isWriting()) throw new Error(`Table \`${this.#name}\` is written inside of a commit only.`);
    this.#owner.touch(this.#name);
  }
}

/** @throws PermanentError `STORE_KEY_INVALID` */
export function checkTableKey(key: string): string {
  if (!key.isWellFormed()) throw new PermanentError('STORE_KEY_INVALID', 'A key is no well-formed Unicode.');
  if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new PermanentError('STORE_KEY_INVALID', `A key is longer than ${MAX_KEY_BYTES} bytes.`);
  }
  return key;
}

/** LMDB's `start` and `end` are the first and last in the order of reading. */
function rangeOptions({ from, after, before, through, reverse = false, limit }: TableRange) {
  const low: KeyBound = checkTableKey(after ?? from ?? '');
  const high: KeyBound = checkBound(before ?? through ?? TABLE_END);
  const isLowOpen = after !== undefined;
  const isHighOpen = before !== undefined || through === undefined;
  return {
    start: reverse ? high : low,
    end: reverse ? low : high,
    exclusiveStart: reverse ? isHighOpen : isLowOpen,
    inclusiveEnd: reverse ? !isLowOpen : !isHighOpen,
    reverse,
    ...(limit === undefined ? {} : { limit }),
  };
}

function checkBound(bound: KeyBound): KeyBound {
  return typeof bound === 'string' ? checkTableKey(bound) : bound;
}
