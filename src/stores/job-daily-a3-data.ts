import { PermanentError } from '../errors.ts';
import { checkKey } from './object-key.ts';

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
  /**
   * Deletes up to {@link MAX_REMOVED} objects; one that is not there counts as deleted. Durable when it resolves. For retention
   * alone, and for keys inside `published`, `records` and `as_of`: requests, notes, holds and records of deletions stay.
   * @throws PermanentError `STORE_KEY_INVALID` for any other key; then nothing is deleted
   */
  remove(keys: readonly string[]): Promise<void>;
  /** Keys and sizes inside `folder` at any depth, ascending by bytes. */
  list(folder: string): AsyncIterable<{ readonly key: string; readonly size: number }>;
}

/** As many as S3 deletes in a request. */
export const MAX_REMOVED = 1_000;

const REMOVABLE = /^(published|records|as_of)\//;

/** What every driver asks of the keys that it removes. @throws PermanentError `STORE_KEY_INVALID` */
export function checkRemovable(keys: readonly string[]): readonly string[] {
  const other = keys.find((key) => !REMOVABLE.test(checkKey(key)));
  if (other !== undefined) {
    throw new PermanentError('STORE_KEY_INVALID', `\`${other}\` is nothing that is ever deleted.`, { key: other });
  }
  if (keys.length <= MAX_REMOVED) return keys;
  throw new PermanentError('STORE_KEY_INVALID', `${keys.length} keys are more than are deleted at once.`);
}
