import { createHash } from 'node:crypto';
import { compareBytes } from '../../src/agreements/byte-order.ts';
import { PermanentError } from '../../src/errors.ts';
import { checkRemovable, type JobDailyA3Data } from '../../src/stores/job-daily-a3-data.ts';
import { checkFolder, checkKey } from '../../src/stores/object-key.ts';

/** Blocks of this size unless told otherwise, small enough that readers of `open` meet several. */
const BLOCK_BYTES = 7;

/** A {@link JobDailyA3Data} in memory, held to the same contract as the real ones. */
export class MemoryJobDailyA3Data implements JobDailyA3Data {
  readonly #files = new Map<string, Buffer>();
  readonly #blockBytes: number;

  constructor(blockBytes: number = BLOCK_BYTES) {
    this.#blockBytes = blockBytes;
  }

  /** As it stands now; later changes are its own. */
  copy(): MemoryJobDailyA3Data {
    const copy = new MemoryJobDailyA3Data(this.#blockBytes);
    for (const [key, body] of this.#files) copy.#files.set(key, body);
    return copy;
  }

  async get(key: string): Promise<Buffer | null> {
    const body = this.#files.get(checkKey(key));
    return body === undefined ? null : Buffer.from(body);
  }

  async open(key: string): Promise<AsyncIterable<Buffer> | null> {
    const body = await this.get(key);
    return body === null ? null : blocksOf(body, this.#blockBytes);
  }

  async firstLine(key: string): Promise<string | null> {
    const body = await this.get(key);
    return body === null ? null : (body.toString('utf8').split('\n')[0] ?? '').replace(/\r$/, '');
  }

  async putOnce(key: string, body: Uint8Array): Promise<void> {
    const there = this.#files.get(checkKey(key));
    if (there === undefined) this.#files.set(key, Buffer.from(body));
    else if (!there.equals(body)) {
      throw new PermanentError('PUBLISHED_CONFLICT', `Other bytes were published at \`${key}\`.`, { key });
    }
  }

  async putOnceStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly bytes: number; readonly sha256: string }> {
    checkKey(key);
    const bytes = Buffer.concat(await Array.fromAsync(body));
    await this.putOnce(key, bytes);
    return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  async putPointer(key: string, body: Uint8Array): Promise<void> {
    if (!checkKey(key).startsWith('as_of/')) {
      throw new PermanentError('STORE_KEY_INVALID', `\`${key}\` is no pointer: those lie inside \`as_of\`.`, { key });
    }
    this.#files.set(key, Buffer.from(body));
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of checkRemovable(keys)) this.#files.delete(key);
  }

  async *list(folder: string): AsyncIterable<{ readonly key: string; readonly size: number }> {
    const prefix = checkFolder(folder) === '' ? '' : `${folder}/`;
    const keys = [...this.#files.keys()].filter((key) => key.startsWith(prefix)).sort(compareBytes);
    for (const key of keys) yield { key, size: this.#files.get(key)?.length ?? 0 };
  }
}

async function* blocksOf(body: Buffer, bytes: number): AsyncIterable<Buffer> {
  for (let start = 0; start < body.length; start += bytes) yield body.subarray(start, start + bytes);
}
