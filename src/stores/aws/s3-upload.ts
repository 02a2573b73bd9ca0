import { createHash, hash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Bucket } from './s3-bucket.ts';

/** S3 takes 10,000 parts of at least 5 MiB: objects up to 78 GiB, a hundred times a large shard. */
export const PART_BYTES = 8 * 1024 * 1024;

/** An object uploaded in parts, visible when it is completed; only where its key is free, unless it is to replace another. */
export class S3Upload {
  readonly #bucket: S3Bucket;
  readonly #key: string;
  readonly #condition: { readonly IfNoneMatch?: '*' };
  readonly #parts: { readonly PartNumber: number; readonly ETag: string; readonly ChecksumSHA256: string }[] = [];
  #uploadId: string | null = null;

  constructor(bucket: S3Bucket, key: string, condition: { readonly IfNoneMatch?: '*' } = { IfNoneMatch: '*' }) {
    this.#bucket = bucket;
    this.#key = key;
    this.#condition = condition;
  }

  get isBegun(): boolean {
    return this.#uploadId !== null;
  }

  /** The next part: {@link PART_BYTES}, except for the last. */
  async put(part: Uint8Array): Promise<void> {
    const UploadId = this.#uploadId ?? (await this.#begin());
    const PartNumber = this.#parts.length + 1;
    const ChecksumSHA256 = hash('sha256', part, 'base64');
    const command = new UploadPartCommand({ ...this.#place(), UploadId, PartNumber, Body: part, ChecksumSHA256 });
    const { ETag } = await this.#bucket.pace.run('UploadPart', () => this.#bucket.client.send(command));
    this.#parts.push({ PartNumber, ETag: ETag ?? '', ChecksumSHA256 });
  }

  /**
   * Makes the object visible. Throws the client's error, status 412 when the key is taken, 409 when it is being written, 404
   * when the upload is no more: completed before (the answer was lost) or aborted.
   */
  async complete(): Promise<void> {
    const command = new CompleteMultipartUploadCommand({
      ...this.#place(),
      UploadId: this.#uploadId ?? '',
      MultipartUpload: { Parts: this.#parts },
      ...this.#condition,
    });
    await this.#bucket.pace.run('CompleteMultipartUpload', () => this.#bucket.client.send(command));
    this.#uploadId = null;
  }

  /** Frees the parts. What cannot be freed now, the bucket's lifecycle rule frees; so a failure is not told. */
  async abort(): Promise<void> {
    if (this.#uploadId === null) return;
    const command = new AbortMultipartUploadCommand({ ...this.#place(), UploadId: this.#uploadId });
    this.#uploadId = null;
    await this.#bucket.client.send(command).catch(() => {});
  }

  /** As S3 tells the SHA-256 of an object in parts: the digest of their digests, and how many they are. */
  digest(): string {
    const digests = createHash('sha256');
    for (const { ChecksumSHA256 } of this.#parts) digests.update(ChecksumSHA256, 'base64');
    return `${digests.digest('base64')}-${this.#parts.length}`;
  }

  async #begin(): Promise<string> {
    const command = new CreateMultipartUploadCommand({
      ...this.#place(),
      ChecksumAlgorithm: 'SHA256',
      ChecksumType: 'COMPOSITE',
    });
    const { UploadId } = await this.#bucket.pace.run('CreateMultipartUpload', () => this.#bucket.client.send(command));
    if (UploadId === undefined) throw new Error('S3 began an upload without an id.');
    this.#uploadId = UploadId;
    return UploadId;
  }

  #place() {
    return { Bucket: this.#bucket.name, Key: this.#key };
  }
}
