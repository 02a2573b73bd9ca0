import type { S3Client } from '@aws-sdk/client-s3';
import { PermanentError } from '../../errors.ts';
import { checkFolder, checkKey } from '../object-key.ts';
import type { ObjectInfo, ObjectStore } from '../object-store.ts';
import { statusOf } from './failure-kind.ts';
import type { PaceOptions } from './pace.ts';
import { S3Bucket } from './s3-bucket.ts';

/** S3 deletes at most 1,000 keys a request. */
const DELETE_LIMIT = 1_000;

/**
 * An {@link ObjectStore} in a bucket of its own. Writing the same bytes again may keep the ETag, which is as good: a reader
 * on condition of it reads the bytes that were planned.
 *
 * Rights, narrowed to folders where the caller's row allows: `s3:PutObject` for `put`; `s3:GetObject` for `get`, with
 * `s3:ListBucket` where an object may be absent (S3 answers 403 without it); `s3:ListBucket` for `list`; `s3:ListBucket` and
 * `s3:DeleteObject` for `deleteSome`. On the bucket's key, via S3: `kms:GenerateDataKey` and `kms:Decrypt` for `put`,
 * `kms:Decrypt` for `get`.
 */
export class S3ObjectStore implements ObjectStore {
  readonly #bucket: S3Bucket;

  constructor(client: S3Client, bucketName: string, options?: PaceOptions) {
    this.#bucket = new S3Bucket(client, bucketName, options);
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    await this.#bucket.put(checkKey(key), body);
  }

  async get(key: string, options: { readonly ifMatch?: string } = {}): Promise<Buffer | null> {
    const { ifMatch } = options;
    if (ifMatch === undefined) return this.#bucket.get(checkKey(key));
    const body = await this.#bucket.get(checkKey(key), { IfMatch: ifMatch }).catch((error: unknown) => {
      if (statusOf(error) === 412) return null;
      throw error;
    });
    if (body !== null) return body;
    throw new PermanentError('DELTA_CHANGED', `The object \`${key}\` is gone or another since it was planned.`, {
      key,
    });
  }

  async *list(folder: string): AsyncIterable<ObjectInfo> {
    yield* this.#bucket.list(checkFolder(folder));
  }

  async deleteSome(folder: string): Promise<{ readonly deleted: number; readonly more: boolean }> {
    const keys: string[] = [];
    let more = false;
    for await (const { key } of this.#bucket.list(checkFolder(folder))) {
      more = keys.length === DELETE_LIMIT;
      if (more) break;
      keys.push(key);
    }
    if (keys.length > 0) await this.#bucket.deleteAll(keys);
    return { deleted: keys.length, more };
  }
}
