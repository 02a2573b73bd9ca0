import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { parquetPath } from '../attempt-files.ts';
import type { Shard, TableRow } from '../published.ts';
import { readStoredBytes } from '../published-file-reader.ts';
import { type PublishedDay, readShardRows } from '../read-published.ts';
import { TABLE_COLUMNS, type TableColumn } from './columns.ts';
import { ParquetEncoder } from './parquet-encoder.ts';

/** A part of the table: path below the day's folder, and its bytes. */
export interface ParquetPart {
  readonly path: string;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * The day's Parquet files as published, one a shard. A day of before there was Parquet has them made of its rows.
 * @throws PermanentError `STORE_CORRUPT`, at the end of a part that is not what was published
 */
export function* readParquetParts(a3: Pick<JobDailyA3Data, 'open'>, day: PublishedDay): Iterable<ParquetPart> {
  for (const shard of day.manifest.shards) yield { path: parquetPath(shard.number), pieces: bytesOf(a3, day, shard) };
}

/** Rows to a Parquet file, in pieces. */
export async function* encodeParquet(
  rows: AsyncIterable<TableRow>,
  columns: readonly TableColumn[],
): AsyncIterable<Uint8Array> {
  const encoder = new ParquetEncoder(columns);
  for await (const row of rows) yield* encoder.add(row);
  yield* encoder.finish();
}

function bytesOf(a3: Pick<JobDailyA3Data, 'open'>, day: PublishedDay, shard: Shard): AsyncIterable<Uint8Array> {
  const { parquet } = shard;
  if (parquet === undefined) return encodeParquet(readShardRows(a3, day, shard), TABLE_COLUMNS);
  return readStoredBytes(a3, `${day.folder}/${parquet.path}`, parquet);
}
