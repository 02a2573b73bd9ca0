import { tmpdir } from 'node:os';
import type { S3Client } from '@aws-sdk/client-s3';
import { TransientError } from '../../errors.ts';
import { encodeGoldenCopy, readGoldenCopy } from '../gleif-format.ts';
import type { GleifRecord, GleifReference, GleifStore } from '../gleif-reference.ts';
import { statusOf } from './failure-kind.ts';
import { intoParts } from './into-parts.ts';
import type { PaceOptions } from './pace.ts';
import { S3Bucket } from './s3-bucket.ts';
import { PART_BYTES, S3Upload } from './s3-upload.ts';

const KEY = 'gleif/golden-copy';

/**
 * {@link GleifStore} as the object `gleif/golden-copy` in the bucket of JobDailyA3Data, uploaded in parts that become visible
 * together, and read in ranges of one version. Whoever reads while it is replaced is told so (`PUBLISHED_BUSY`).
 *
 * Rights: `s3:GetObject` for `open`, with `s3:ListBucket`, since the object may be absent; `s3:PutObject`,
 * `s3:AbortMultipartUpload` and `s3:GetObject` for `replace`. On the bucket's key, via S3: `kms:Decrypt`, and to write
 * `kms:GenerateDataKey`.
 */
export class S3GleifStore implements GleifStore {
  readonly #bucket: S3Bucket;

  constructor(client: S3Client, bucketName: string, options?: PaceOptions) {
    this.#bucket = new S3Bucket(client, bucketName, options);
  }

  get workFolder(): string {
    return tmpdir();
  }

  async replace(records: AsyncIterable<GleifRecord>): Promise<void> {
    const upload = new S3Upload(this.#bucket, KEY, {});
    try {
      for await (const { part } of intoParts(encodeGoldenCopy(records), PART_BYTES)) await upload.put(part);
      await upload.complete();
    } catch (error) {
      // An answer that was lost, and asked for again: the upload is no more because it was completed.
      if (statusOf(error) === 404 && (await this.#bucket.head(KEY))?.sha256 === upload.digest()) return;
      await upload.abort();
      throw error;
    }
  }

  async open(): Promise<GleifReference | null> {
    const first = await this.#bucket.getRange(KEY, { start: 0, length: 1 });
    if (first === null) return null;
    const { size, etag } = first;
    const readAt = (position: number, bytes: number) => this.#readAt(position, bytes, etag);
    return readGoldenCopy({ name: `${this.#bucket.name}/${KEY}`, size, readAt, close: async () => undefined });
  }

  async #readAt(start: number, length: number, etag: string): Promise<Buffer> {
    const range = await this.#bucket.getRange(KEY, { start, length, etag }).catch((error: unknown) => {
      if (statusOf(error) === 412) return null;
      throw error;
    });
    if (range !== null) return range.bytes;
    const what = 'The golden copy of GLEIF was replaced while it was read: start the same command again.';
    throw new TransientError('PUBLISHED_BUSY', what, { key: KEY });
  }
}
