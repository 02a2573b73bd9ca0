/** Writing a shard's rows as Parquet: sent on as its groups end, visible only when the file is whole. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { ParquetFile, TableRow } from '../published.ts';
import { TABLE_COLUMNS } from './columns.ts';
import { ParquetEncoder, type ParquetLimits } from './parquet-encoder.ts';

/** Bytes that may wait for the store. */
const WAITING_BYTES = 1024 * 1024;

export class ParquetFileWriter {
  readonly #path: string;
  readonly #encoder: ParquetEncoder;
  readonly #sink = new PassThrough({ highWaterMark: WAITING_BYTES });
  readonly #upload: Promise<{ readonly bytes: number; readonly sha256: string }>;

  constructor(a3: Pick<JobDailyA3Data, 'putOnceStream'>, folder: string, path: string, limits?: ParquetLimits) {
    this.#path = path;
    this.#encoder = new ParquetEncoder(TABLE_COLUMNS, limits);
    this.#sink.on('error', () => undefined); // Seen by whoever iterates.
    this.#upload = a3.putOnceStream(`${folder}/${path}`, this.#sink);
    this.#upload.catch(() => undefined); // Seen by `close`, or by a write that waits.
  }

  /**
   * @returns a promise only where a group ends
   * @throws PermanentError `STORE_CORRUPT`: a value that its column cannot hold
   */
  write(row: TableRow): Promise<void> | undefined {
    const parts = this.#encoder.add(row);
    return parts.length > 0 ? this.#send(parts) : undefined;
  }

  /** Resolves when the whole file is durable. */
  async close(): Promise<ParquetFile> {
    await this.#send(this.#encoder.finish());
    this.#sink.end();
    const { bytes, sha256 } = await this.#upload;
    return { path: this.#path, bytes, sha256, rows: this.#encoder.rows };
  }

  /** Gives up: nothing becomes visible. Never throws. */
  async abort(): Promise<void> {
    this.#sink.destroy(new Error('The file was given up.'));
    await this.#upload.catch(() => undefined);
  }

  async #send(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      // An upload that has failed no longer reads, so waiting for room alone would wait for ever.
      if (!this.#sink.write(part)) await Promise.race([once(this.#sink, 'drain'), this.#upload]);
    }
  }
}
