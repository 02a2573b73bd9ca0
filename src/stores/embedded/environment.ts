/**
 * The one LMDB environment of a data folder: head, lock, hashes, look-ups, queue and the engine's journal share it, so
 * that one commit can hold parts of several of them. Opened by `openEnvironment`.
 */

/** Keys are strings (compared by their UTF-8 bytes); at most 1,900 bytes. */
export interface Table<V> {
  /** The committed value, or inside {@link Environment.commit} the value as written so far. */
  get(key: string): V | null;
  /** Only inside {@link Environment.commit}. */
  put(key: string, value: V): void;
  /** Only inside {@link Environment.commit}. @returns whether the key was there */
  remove(key: string): boolean;
  /** Ascending. `after` and `before` are exclusive, `from` and `through` inclusive. One snapshot from begin to end. */
  range(bounds?: TableRange): Iterable<{ readonly key: string; readonly value: V }>;
}

export interface TableRange {
  readonly from?: string;
  readonly after?: string;
  readonly before?: string;
  readonly through?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

export interface CommitOptions {
  readonly durable?: boolean;
  readonly label?: string;
}

export interface Environment {
  /**
   * Runs `write` in one write transaction; concurrent calls of a process share one physical commit (group commit).
   * All or nothing: when `write` throws, nothing of it is kept. (But a worker thread must not be ended by
   * `worker.terminate()` while it writes: lmdb-js commits what is half-written. Ask it to end; `process.exit` is safe.) Resolves when committed to the operating system's file
   * cache (survives the death of the process), or, with `durable`, when flushed to the disk (survives power loss).
   * With a guard set, the execution's incarnation is checked inside the same transaction. `label` names the write for
   * the crash tests (`durable-writes.ts`); default: the first table written.
   * @throws PermanentError `RUN_SUPERSEDED` (guard), `STORE_FULL`, `STORE_READ_ONLY`
   * @throws PermanentError `STORE_BUSY` when the write lock could not be had for 30 s. The caller must then end the process
   *   by `process.exit`: a thread of it still waits for the lock, so that it would not end by itself
   * @throws PermanentError `STORE_WRITE_FAILED` when the disk refused the write for another reason
   */
  commit<T>(write: () => T, options?: CommitOptions): Promise<T>;
  /** A named table. `json` values are plain JSON data, `binary` values are Buffers. Same name, same table. */
  table<V>(name: string, encoding: 'json'): Table<V>;
  table(name: string, encoding: 'binary'): Table<Buffer>;
  close(): Promise<void>;
}
