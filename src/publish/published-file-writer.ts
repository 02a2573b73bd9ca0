/** Writing a published file of lines: compressed as it grows, hashed on the way, visible only when it is whole. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { PublishedFile } from './published.ts';

/** Text is handed on in pieces of at least this many characters: line by line is four times slower. */
const PIECE_CHARS = 256 * 1024;
/** Fixed, like all else that the bytes depend on. On such rows level 4 takes a sixth more time and saves nothing. */
const GZIP_LEVEL = 1;
/** Byte of a gzip header that names the operating system, and the value for "unknown". The time in it is 0 already. */
const OS_BYTE = 9;
const OS_UNKNOWN = 255;

export class PublishedFileWriter {
  readonly #path: string;
  readonly #content = createHash('sha256');
  readonly #gzip = createGzip({ level: GZIP_LEVEL, chunkSize: PIECE_CHARS });
  readonly #upload: Promise<{ readonly bytes: number; readonly sha256: string }>;
  #piece: string[] = [];
  #chars = 0;
  #lines = 0;

  constructor(a3: Pick<JobDailyA3Data, 'putOnceStream'>, folder: string, path: string) {
    this.#path = path;
    this.#gzip.on('error', () => undefined); // Seen by whoever iterates.
    this.#upload = a3.putOnceStream(`${folder}/${path}`, withFixedHeader(this.#gzip));
    this.#upload.catch(() => undefined); // Seen by `close`, or by a write that waits.
  }

  /** @returns a promise only where the file has to catch up */
  write(line: string): Promise<void> | undefined {
    this.#piece.push(line, '\n');
    this.#chars += line.length + 1;
    this.#lines += 1;
    return this.#chars >= PIECE_CHARS ? this.#flush() : undefined;
  }

  /** Resolves when the whole file is durable. */
  async close(): Promise<PublishedFile> {
    await this.#flush();
    this.#gzip.end();
    const { bytes, sha256 } = await this.#upload;
    const content_sha256 = this.#content.digest('hex');
    return { path: this.#path, bytes, sha256, lines: this.#lines, content_sha256 };
  }

  /** Gives up: nothing becomes visible. Never throws. */
  async abort(): Promise<void> {
    this.#gzip.destroy(new Error('The file was given up.'));
    await this.#upload.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    const piece = Buffer.from(this.#piece.join(''));
    this.#piece = [];
    this.#chars = 0;
    this.#content.update(piece);
    // An upload that has failed no longer reads, so waiting for room alone would wait for ever.
    if (!this.#gzip.write(piece)) await Promise.race([once(this.#gzip, 'drain'), this.#upload]);
  }
}

async function* withFixedHeader(gzip: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let isFirst = true;
  for await (const block of gzip) {
    if (isFirst && block.length > OS_BYTE) block[OS_BYTE] = OS_UNKNOWN;
    isFirst = false;
    yield block;
  }
}
