/**
 * The LMDB file of a data folder, through lmdb-js (npm `lmdb`, pinned).
 *
 * What lmdb-js does, found by experiment, that this file and `group-commit.ts` are built around:
 * - Its asynchronous transactions wait for the write lock in a thread of their own, so that a lock that is stuck does not
 *   stop the event loop. The synchronous ones, and opening a table, wait in the calling thread: for ever.
 * - Hence all tables lie in LMDB's main database, told apart by a prefix of the key: opening one needs no write.
 * - With `eventTurnBatching` a commit that fails leaves a promise that nobody can catch, which ends the process.
 * - A `decoder` reads from LMDB's memory without a copy: about 3 million entries a second, against 1.5 with `binary`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openAsClass, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';
import { PermanentError } from '../../errors.ts';
import { checkLmdbFiles } from './check-lmdb-file.ts';
import { storageError } from './storage-error.ts';

/** How values become bytes. `decode` must copy what it keeps: the memory is LMDB's. */
export interface Codec<V> {
  encode(value: V): Buffer;
  decode(bytes: Buffer): V;
}

/** A key, or the end of its table. */
export type KeyBound = string | typeof TABLE_END;
/** Stands behind every key of a table. */
export const TABLE_END = Symbol('end of the table');

export type LmdbStore<V> = Omit<RootDatabase<V, KeyBound>, 'transaction'> & {
  /** As `transaction`; `flushed` of the store tells when it is on the disk. */
  transaction<T>(action: () => T): Promise<T>;
};

export interface LmdbFile {
  /** Path of the data file. */
  readonly path: string;
  /** For transactions and for closing. */
  readonly root: LmdbStore<Buffer>;
  openTable<V>(name: string, codec: Codec<V>): LmdbStore<V>;
}

/**
 * Opens the file in `folder`, made when it is not there. Never waits for the write lock.
 * @throws PermanentError `STORE_READ_ONLY`, `STORE_CORRUPT`, `STORE_FULL`, `FILE_NOT_READABLE` (read only and not there)
 */
export function openLmdbFile(folder: string, readOnly: boolean): LmdbFile {
  const path = join(folder, 'data.mdb');
  if (readOnly && !existsSync(path)) {
    throw new PermanentError('FILE_NOT_READABLE', `There is no data of lexdelta in \`${folder}\`.`, { path });
  }
  checkLmdbFiles(folder, readOnly);
  const shared = { eventTurnBatching: false, keyEncoding: 'binary', encoding: 'binary', noSubdir: false } as const;
  const Store = translated(path, () => storeThatOpensWithoutWriting({ path: folder, readOnly, ...shared }));
  const openTable = <V>(name: string, codec: Codec<V>) =>
    translated(path, () => {
      const options = { keyEncoder: keyEncoderOf(name), encoder: codecOf(codec) };
      const store = new Store(options) as unknown as LmdbStore<V> & { decoderCopies: boolean };
      store.decoderCopies = true; // Lets `get` hand over LMDB's memory too, instead of a copy of it.
      return store;
    });
  const root = translated(path, () => new Store({ ...shared, isRoot: true }) as unknown as LmdbStore<Buffer>);
  return { path, root, openTable };
}

type StoreClass = new (options: object) => object;

/** lmdb-js opens even the main database, which is always there, in a write transaction; a read does as well. */
function storeThatOpensWithoutWriting(options: RootDatabaseOptionsWithPath): StoreClass {
  const Base = openAsClass(options) as unknown as new (name: null, options: object) => OpeningStore;
  return class extends Base {
    #isOpen = false;
    constructor(tableOptions: object) {
      super(null, tableOptions);
      this.#isOpen = true;
    }
    override transactionSync<T>(action: () => T, flags?: number): T {
      if (#isOpen in this && this.#isOpen) return super.transactionSync(action, flags);
      this.resetReadTxn();
      this.ensureReadTxn();
      return action();
    }
  };
}

interface OpeningStore {
  transactionSync<T>(action: () => T, flags?: number): T;
  resetReadTxn(): void;
  ensureReadTxn(): void;
}

function keyEncoderOf(table: string) {
  const prefix = Buffer.from(`${table}\0`);
  const end = Buffer.from(`${table}\x01`);
  return {
    writeKey(key: KeyBound, target: Buffer, start: number): number {
      if (typeof key === 'symbol') return start + end.copy(target, start);
      const room = target.length - start - prefix.length;
      // lmdb-js waits for this error to take another buffer; `write` would cut the key.
      if (key.length * 3 > room && Buffer.byteLength(key) > room) throw new RangeError('No room for the key.');
      prefix.copy(target, start);
      return start + prefix.length + target.write(key, start + prefix.length, 'utf8');
    },
    readKey(source: Buffer, start: number, stop: number): string {
      return source.toString('utf8', start + prefix.length, stop);
    },
  };
}

/** lmdb-js hands large values over as plain `Uint8Array`, and all others in one buffer whose `length` it sets. */
function codecOf<V>(codec: Codec<V>): { encode(value: V): Buffer; decode(bytes: Uint8Array): V } {
  return {
    encode: (value) => codec.encode(value),
    decode: (bytes) =>
      codec.decode(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
  };
}

function translated<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw storageError(error, path);
  }
}
