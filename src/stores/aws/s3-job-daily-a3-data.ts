import { createHash, hash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { PermanentError, TransientError } from '../../errors.ts';
import { checkRemovable, type JobDailyA3Data } from '../job-daily-a3-data.ts';
import { checkFolder, checkKey } from '../object-key.ts';
import { statusOf } from './failure-kind.ts';
import { intoParts } from './into-parts.ts';
import type { PaceOptions } from './pace.ts';
import { S3Bucket } from './s3-bucket.ts';
import { PART_BYTES, S3Upload } from './s3-upload.ts';

/** First lines are headers of some hundred bytes. */
const FIRST_LINE_BYTES = 4 * 1024;
/** Ranges read of a stream: doubled from one to the other, so that small objects cost little memory. */
const FIRST_RANGE_BYTES = 128 * 1024;
const MAX_RANGE_BYTES = 1024 * 1024;
const BLOCK_BYTES = 128 * 1024;
const LINE_FEED = 10;

/**
 * {@link JobDailyA3Data} in a bucket of its own. Objects are created on condition that the key is free, in one request or, from
 * 8 MiB on, in parts that become visible together. S3 keeps their SHA-256, so that a retried step need not read what it
 * finds. Streams are ranges read one after the other: no socket stays open while the caller works, and a cut one is read
 * again.
 *
 * Rights, narrowed to folders where the caller's row allows: `s3:GetObject` for `get`, `open` and `firstLine`, with
 * `s3:ListBucket` where an object may be absent (S3 answers 403 without it); `s3:PutObject` for `putPointer`; `s3:PutObject`,
 * `s3:GetObject` (to compare with what is there) and `s3:AbortMultipartUpload` for `putOnce` and `putOnceStream`;
 * `s3:ListBucket` for `list`; `s3:DeleteObject` for `remove`. On the bucket's key, via S3: `kms:Decrypt`, and to write `kms:GenerateDataKey`.
 */
export class S3JobDailyA3Data implements JobDailyA3Data {
  readonly #bucket: S3Bucket;

  constructor(client: S3Client, bucketName: string, options?: PaceOptions) {
    this.#bucket = new S3Bucket(client, bucketName, options);
  }

  async get(key: string): Promise<Buffer | null> {
    return this.#bucket.get(checkKey(key));
  }

  async open(key: string): Promise<AsyncIterable<Buffer> | null> {
    const ranges = await this.#ranges(checkKey(key), FIRST_RANGE_BYTES);
    return ranges === null ? null : inBlocks(ranges);
  }

  async firstLine(key: string): Promise<string | null> {
    const ranges = await this.#ranges(checkKey(key), FIRST_LINE_BYTES);
    if (ranges === null) return null;
    const parts: Buffer[] = [];
    for await (const range of ranges) {
      const end = range.indexOf(LINE_FEED);
      parts.push(end < 0 ? range : range.subarray(0, end));
      if (end >= 0) break;
    }
    return Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
  }

  async putOnce(key: string, body: Uint8Array): Promise<void> {
    const digest = hash('sha256', body, 'base64');
    try {
      await this.#bucket.put(checkKey(key), body, { IfNoneMatch: '*', ChecksumSHA256: digest });
    } catch (error) {
      await this.#checkSame(key, error, { bytes: body.length, sha256s: [digest] });
    }
  }

  async putOnceStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly bytes: number; readonly sha256: string }> {
    const upload = new S3Upload(this.#bucket, checkKey(key));
    const whole = createHash('sha256');
    let bytes = 0;
    try {
      for await (const { part, isLast } of intoParts(body, PART_BYTES)) {
        whole.update(part);
        bytes += part.length;
        if (isLast && !upload.isBegun) {
          await this.putOnce(key, part);
          return { bytes, sha256: whole.digest('hex') };
        }
        await upload.put(part);
      }
    } catch (error) {
      await upload.abort();
      throw error;
    }
    const sha256 = whole.digest();
    try {
      await upload.complete();
    } catch (error) {
      await upload.abort();
      await this.#checkSame(key, error, { bytes, sha256s: [sha256.toString('base64'), upload.digest()] });
    }
    return { bytes, sha256: sha256.toString('hex') };
  }

  async putPointer(key: string, body: Uint8Array): Promise<void> {
    if (!checkKey(key).startsWith('as_of/')) {
      throw new PermanentError('STORE_KEY_INVALID', `\`${key}\` is no pointer: those lie inside \`as_of\`.`, { key });
    }
    await this.#bucket.put(key, body);
  }

  async remove(keys: readonly string[]): Promise<void> {
    if (checkRemovable(keys).length > 0) await this.#bucket.deleteAll(keys);
  }

  async *list(folder: string): AsyncIterable<{ readonly key: string; readonly size: number }> {
    for await (const { key, size } of this.#bucket.list(checkFolder(folder))) yield { key, size };
  }

  /** What a refused creation means: nothing when the bytes that are there are ours. */
  async #checkSame(
    key: string,
    error: unknown,
    ours: { readonly bytes: number; readonly sha256s: readonly string[] },
  ): Promise<void> {
    const busy = (what: string) => new TransientError('PUBLISHED_BUSY', what, { key }, { cause: error });
    if (isRefusal(error, 'ConditionalRequestConflict', 409)) throw busy(`\`${key}\` is being written.`);
    const isTaken = isRefusal(error, 'PreconditionFailed', 412);
    // No such upload: it was completed before, and the answer to that was lost.
    if (!isTaken && !isRefusal(error, 'NoSuchUpload', 404)) throw error;
    const head = await this.#bucket.head(key);
    if (head === null) throw busy(`\`${key}\` was taken, and is free again.`);
    if (head.size === ours.bytes) {
      if (head.sha256 !== null && ours.sha256s.includes(head.sha256)) return;
      // Written in other parts, or without a digest: only its bytes can tell.
      if ((await this.#digestOf(key)) === ours.sha256s[0]) return;
    }
    throw new PermanentError('PUBLISHED_CONFLICT', `Other bytes were published at \`${key}\`.`, { key });
  }

  async #digestOf(key: string): Promise<string> {
    const digest = createHash('sha256');
    for await (const block of (await this.open(key)) ?? []) digest.update(block);
    return digest.digest('base64');
  }

  async #ranges(key: string, firstBytes: number): Promise<AsyncIterable<Buffer> | null> {
    const first = await this.#bucket.getRange(key, { start: 0, length: firstBytes });
    if (first === null) return null;
    const bucket = this.#bucket;
    return (async function* () {
      yield first.bytes;
      let length = firstBytes;
      for (let start = first.bytes.length; start < first.size; ) {
        length = Math.min(MAX_RANGE_BYTES, length * 2);
        const range = await bucket.getRange(key, { start, length, etag: first.etag }).catch((error: unknown) => {
          if (statusOf(error) === 412) return null;
          throw error;
        });
        if (range === null || range.bytes.length === 0) {
          throw new TransientError('PUBLISHED_BUSY', `\`${key}\` was replaced or removed while it was read.`, { key });
        }
        yield range.bytes;
        start += range.bytes.length;
      }
    })();
  }
}

/** By name too: S3 may begin the answer to a long completion with status 200, and then refuse. */
function isRefusal(error: unknown, name: string, status: number): boolean {
  return statusOf(error) === status || (error instanceof Error && error.name === name);
}

async function* inBlocks(ranges: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  for await (const range of ranges) {
    for (let start = 0; start < range.length; start += BLOCK_BYTES) yield range.subarray(start, start + BLOCK_BYTES);
  }
}
