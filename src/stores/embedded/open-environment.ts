import { join } from 'node:path';
import { PermanentError } from '../../errors.ts';
import { makeFolder } from '../make-folder.ts';
import type { CommitOptions, Environment, Table } from './environment.ts';
import { GroupCommit } from './group-commit.ts';
import { checkGuard, type Guard, INCARNATIONS, type IncarnationRecord } from './guard.ts';
import { type Codec, type LmdbFile, openLmdbFile } from './lmdb-file.ts';
import { LmdbTable } from './lmdb-table.ts';
import { folderError } from './storage-error.ts';

/** Raised whenever an older lexdelta could not read what this one writes. */
export const STORE_FORMAT = 1;

/** How long a write waits for the lock: far longer than any commit takes. */
const BUSY_AFTER_MS = 30_000;

export interface EnvironmentOptions {
  /** The data folder. LMDB's files lie in `lmdb` below it. */
  readonly folder: string;
  /** The execution on whose behalf this process writes. Without it nothing is checked. */
  readonly guard?: Guard;
  /** Reads only, and makes nothing. */
  readonly readOnly?: boolean;
  /** Default 30,000. */
  readonly busyAfterMs?: number;
}

/** An {@link Environment} that also has tables with a way of writing values of their own. */
export interface EmbeddedEnvironment extends Environment {
  codecTable<V>(name: string, codec: Codec<V>): Table<V>;
  /**
   * For writes that are no commits: whether this process may still write for its execution.
   * @throws PermanentError `RUN_SUPERSEDED`
   */
  checkWriter(): void;
}

/**
 * Opens the one LMDB environment of a data folder. Several threads and processes may do so at once, each for itself. Cheap,
 * and never waits for another process.
 * @throws PermanentError `STORE_FORMAT_NEWER`, `STORE_CORRUPT`, `STORE_READ_ONLY`, `STORE_FULL`
 * @throws PermanentError `FILE_NOT_READABLE`: `readOnly`, and there is nothing yet
 */
export function openEnvironment(options: EnvironmentOptions): EmbeddedEnvironment {
  const folder = join(options.folder, 'lmdb');
  if (!options.readOnly) ensureFolder(folder);
  const environment = new LmdbEnvironment(openLmdbFile(folder, options.readOnly ?? false), options);
  environment.checkFormat();
  return environment;
}

class LmdbEnvironment implements EmbeddedEnvironment {
  readonly #file: LmdbFile;
  readonly #readOnly: boolean;
  readonly #commits: GroupCommit;
  readonly #tables = new Map<string, Table<unknown>>();
  readonly #format: Table<number>;
  readonly #guard: Guard | undefined;
  readonly #incarnations: Table<IncarnationRecord>;
  #isFresh = false;
  #touched: string | null = null;

  constructor(file: LmdbFile, options: EnvironmentOptions) {
    this.#file = file;
    this.#readOnly = options.readOnly ?? false;
    this.#format = this.table<number>('format', 'json');
    this.#guard = options.guard;
    this.#incarnations = this.table<IncarnationRecord>(INCARNATIONS, 'json');
    this.#commits = new GroupCommit({
      file,
      busyAfterMs: options.busyAfterMs ?? BUSY_AFTER_MS,
      checkGuard: () => {
        this.#markFormat();
        this.checkWriter();
      },
      tableTouched: () => {
        const touched = this.#touched;
        this.#touched = null;
        return touched;
      },
    });
  }

  commit<T>(write: () => T, options?: CommitOptions): Promise<T> {
    if (!this.#readOnly) return this.#commits.commit(write, options);
    const what = `\`${this.#file.path}\` was opened for reading only.`;
    return Promise.reject(new PermanentError('STORE_READ_ONLY', what, { path: this.#file.path }));
  }

  table<V>(name: string, encoding: 'json'): Table<V>;
  table(name: string, encoding: 'binary'): Table<Buffer>;
  table(name: string, encoding: 'json' | 'binary'): Table<unknown> {
    return this.codecTable(name, encoding === 'json' ? JSON_CODEC : (BINARY_CODEC as Codec<unknown>));
  }

  codecTable<V>(name: string, codec: Codec<V>): Table<V> {
    const there = this.#tables.get(name);
    if (there !== undefined) return there as Table<V>;
    const table = new LmdbTable(checkTableName(name), this.#file.openTable(name, codec), {
      isWriting: () => this.#commits.isWriting,
      freshen: () => this.#freshen(),
      touch: (touched) => {
        this.#touched ??= touched;
      },
    });
    this.#tables.set(name, table);
    return table;
  }

  checkWriter(): void {
    if (this.#guard !== undefined) checkGuard(this.#guard, this.#incarnations);
  }

  /** @throws PermanentError `STORE_FORMAT_NEWER` */
  checkFormat(): void {
    const format = this.#format.get('');
    if (format === null || format <= STORE_FORMAT) return;
    const what = `\`${this.#file.path}\` has the format ${format}, this lexdelta knows up to ${STORE_FORMAT}.`;
    throw new PermanentError('STORE_FORMAT_NEWER', what, { format });
  }

  async close(): Promise<void> {
    await this.#commits.settled();
    if (this.#commits.canClose) await this.#file.root.close();
  }

  /** In every transaction: another process may have made the file, or a newer lexdelta have used it, meanwhile. */
  #markFormat(): void {
    this.checkFormat();
    if (this.#format.get('') !== STORE_FORMAT) this.#format.put('', STORE_FORMAT);
  }

  /** Nobody can tell this thread of a commit within one turn, so once per turn is enough. */
  #freshen(): void {
    if (this.#isFresh || this.#commits.isWriting) return;
    this.#file.root.resetReadTxn();
    this.#isFresh = true;
    queueMicrotask(() => {
      this.#isFresh = false;
    });
  }
}

const JSON_CODEC: Codec<unknown> = {
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(bytes.toString('utf8', 0, bytes.length)),
};

const BINARY_CODEC: Codec<Buffer> = {
  encode: (value) => value,
  decode: (bytes) => Buffer.from(Uint8Array.prototype.slice.call(bytes, 0, bytes.length).buffer),
};

/** A NUL ends the name in the key. */
function checkTableName(name: string): string {
  if (/^[^\p{Cc}]{1,64}$/u.test(name)) return name;
  throw new PermanentError('STORE_KEY_INVALID', `${JSON.stringify(name)} is no name of a table.`);
}

function ensureFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw folderError(error, folder);
  }
}
