/** Reads a Parquet file with `hyparquet`, which shares no line with how we write it. */
import { zstdDecompressSync } from 'node:zlib';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { TABLE_COLUMNS } from '../../../src/publish/parquet/columns.ts';
import type { TableRow } from '../../../src/publish/published.ts';

export type ParquetRow = Readonly<Record<string, string | number | null>>;

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

export function parquetFooter(bytes: Buffer): FileMetaData {
  return parquetMetadata(toArrayBuffer(bytes));
}

/** Rows by column name; dates as `YYYY-MM-DD`. */
export async function parquetRows(bytes: Buffer): Promise<readonly ParquetRow[]> {
  const rows = await parquetReadObjects({
    file: toArrayBuffer(bytes),
    compressors: { ZSTD: (input) => zstdDecompressSync(input) },
  });
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
}

function plain(value: unknown): string | number | null {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return (value ?? null) as string | number | null;
}

/** What the file must say of a row. */
export function expectedRow(row: TableRow): ParquetRow {
  return Object.fromEntries(TABLE_COLUMNS.map(({ name, read }) => [name, read(row)]));
}
