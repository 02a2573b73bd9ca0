/** Published files and what they are made of: written once, read for years. Keys as in {@link ObjectStore}. */
export interface JobDailyA3Data {
  /** The bytes at `key`, or `null` when nothing was written there. */
  get(key: string): Promise<Buffer | null>;
  /** The same as a stream, in blocks of up to some 100 KiB; `null` when nothing was written there. */
  open(key: string): Promise<AsyncIterable<Buffer> | null>;
  /** The first line without its line end; `null` when nothing was written there. Reads no more than it needs. */
  firstLine(key: string): Promise<string | null>;
  /**
   * Stores `body` unless `key` exists. The same bytes again succeed, so a retried step is safe. Durable when it resolves.
   * @throws PermanentError `PUBLISHED_CONFLICT`: other bytes are there, and stay as they were
   * @throws TransientError `PUBLISHED_BUSY`: another writer holds the key
   */
  putOnce(key: string, body: Uint8Array): Promise<void>;
  /** `putOnce` of a body that is not held in memory. Nothing is visible at `key` before all of it is there. */
  putOnceStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** Replaces. Only for pointers, keys inside `as_of`; @throws PermanentError `STORE_KEY_INVALID` for any other key */
  putPointer(key: string, body: Uint8Array): Promise<void>;
  /** Keys and sizes inside `folder` at any depth, ascending by bytes. */
  list(folder: string): AsyncIterable<{ readonly key: string; readonly size: number }>;
}
