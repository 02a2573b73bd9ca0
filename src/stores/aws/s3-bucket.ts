import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { statusOf } from './failure-kind.ts';
import { Pace, type PaceOptions } from './pace.ts';

/** Bytes from the middle of an object. */
export interface ObjectRange {
  readonly bytes: Buffer;
  /** Size of the whole object. */
  readonly size: number;
  readonly etag: string;
}

/** What S3 knows of an object without its bytes. */
export interface ObjectHead {
  readonly size: number;
  /** SHA-256 in base64: of the whole, or (`…-N`) of the digests of N parts; `null` when it was written without. */
  readonly sha256: string | null;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/** A bucket with its name and its pace: what the drivers need of S3. Bodies are read whole, so that a cut one is read again. */
export class S3Bucket {
  readonly name: string;
  readonly client: S3Client;
  readonly pace: Pace;

  constructor(client: S3Client, name: string, options?: PaceOptions) {
    this.name = name;
    this.client = client;
    this.pace = new Pace(`bucket ${name}`, options);
  }

  /** @returns `null` when there is none; the client's error with status 412 when `IfMatch` does not hold */
  async get(key: string, condition: { readonly IfMatch?: string } = {}): Promise<Buffer | null> {
    const command = new GetObjectCommand({ Bucket: this.name, Key: key, ...condition });
    return orNull(
      this.pace.run('GetObject', async () => {
        const { Body } = await this.client.send(command);
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      }),
    );
  }

  /** Up to `length` bytes from `start` on. @returns `null` when there is no object */
  async getRange(
    key: string,
    range: { readonly start: number; readonly length: number; readonly etag?: string },
  ): Promise<ObjectRange | null> {
    const Range = `bytes=${range.start}-${range.start + range.length - 1}`;
    const condition = range.etag === undefined ? {} : { IfMatch: range.etag };
    const command = new GetObjectCommand({ Bucket: this.name, Key: key, Range, ...condition });
    const read = this.pace.run('GetObject', async () => {
      const { Body, ContentRange, ETag } = await this.client.send(command);
      const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
      const size = Number(ContentRange?.split('/')[1] ?? bytes.length);
      return { bytes, size, etag: ETag ?? '' };
    });
    return orNull(
      read.catch((error: unknown) => {
        if (statusOf(error) !== 416) throw error;
        return { bytes: Buffer.alloc(0), size: range.start, etag: range.etag ?? '' }; // Past the end: an empty object.
      }),
    );
  }

  async head(key: string): Promise<ObjectHead | null> {
    const command = new HeadObjectCommand({ Bucket: this.name, Key: key, ChecksumMode: 'ENABLED' });
    const head = await orNull(this.pace.run('HeadObject', () => this.client.send(command)));
    return head === null ? null : { size: head.ContentLength ?? 0, sha256: head.ChecksumSHA256 ?? null };
  }

  /** S3 checks the digest, and keeps it for {@link head}. */
  async put(
    key: string,
    body: Uint8Array,
    options: { readonly IfNoneMatch?: '*'; readonly ChecksumSHA256?: string } = {},
  ): Promise<void> {
    const command = new PutObjectCommand({ Bucket: this.name, Key: key, Body: body, ...options });
    await this.pace.run('PutObject', () => this.client.send(command));
  }

  /** Objects inside `folder` (`''`: all) in the order of their bytes, 1,000 a request. */
  async *list(folder: string): AsyncIterable<ListedObject> {
    const Prefix = folder === '' ? '' : `${folder}/`;
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: this.name, Prefix, ContinuationToken: token });
      const page = await this.pace.run('ListObjectsV2', () => this.client.send(command));
      for (const { Key, Size, ETag } of page.Contents ?? []) yield { key: Key!, size: Size ?? 0, etag: ETag ?? '' };
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /**
   * Deletes up to 1,000 keys. S3 answers for each key: those that it was too busy for are asked again, any other refusal is
   * thrown. A key that is not there counts as deleted.
   */
  async deleteAll(keys: readonly string[]): Promise<void> {
    let left = keys;
    await this.pace.run('DeleteObjects', async () => {
      const Delete = { Objects: left.map((Key) => ({ Key })), Quiet: true };
      const { Errors = [] } = await this.client.send(new DeleteObjectsCommand({ Bucket: this.name, Delete }));
      if (Errors.length === 0) return;
      const keyed = Errors.map(({ Key = '', Code = 'Error', Message = '' }) => ({
        key: Key,
        name: Code,
        text: Message,
      }));
      const hard = keyed.find(({ name }) => !BUSY.has(name));
      left = keyed.map(({ key }) => key);
      throw deletionError(hard ?? keyed[0]!, left.length);
    });
  }
}

/** Answers for one key of a deletion that another try may mend. */
const BUSY = new Set(['SlowDown', 'InternalError', 'ServiceUnavailable', 'RequestTimeout', 'OperationAborted']);

function deletionError(failed: { readonly key: string; readonly name: string; readonly text: string }, count: number) {
  const error = new Error(`${count} objects were not deleted, \`${failed.key}\` among them: ${failed.text}`);
  error.name = failed.name === 'OperationAborted' ? 'ServiceUnavailable' : failed.name;
  return error;
}

/** A bucket that is missing has been told by the pace already; what is left is a missing key. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}
