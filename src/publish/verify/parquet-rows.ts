/** A shard's Parquet file against its rows, read by a library that shares nothing with how we write it, group by group. */
import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { type DecodedArray, type ParquetScan, parquetScan } from 'hyparquet';
import { messageOf } from '../../errors.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { TABLE_COLUMNS } from '../parquet/columns.ts';
import type { ParquetFile, TableRow } from '../published.ts';
import type { Faults } from './faults.ts';

/** Of a column in a group, uncompressed: the encoder ends a group long before. */
const MAX_CHUNK_BYTES = 256 * 1024 * 1024;
const DAY_MS = 86_400_000;

/** Holds the file, some 15 MB for 200,000 rows, and one group of it as values, some 40 MB. */
export class ParquetRows {
  readonly #file: ParquetFile;
  readonly #faults: Faults;
  readonly #scan: ParquetScan | null;
  #group = -1;
  #columns: readonly DecodedArray[] = [];
  #row = 0;
  #start = 0;
  #end = 0;
  #isWrong: boolean;

  private constructor(file: ParquetFile, faults: Faults, scan: ParquetScan | null) {
    this.#file = file;
    this.#faults = faults;
    this.#scan = scan;
    this.#isWrong = scan === null;
  }

  /** A file that is not as published is a fault of `files`, and nothing is compared with it. */
  static async open(
    a3: Pick<JobDailyA3Data, 'get'>,
    folder: string,
    file: ParquetFile,
    faults: Faults,
  ): Promise<ParquetRows> {
    const bytes = await a3.get(`${folder}/${file.path}`);
    const damage = bytes === null ? `is missing; ${file.bytes} bytes were published` : damageOfBytes(bytes, file);
    if (bytes === null || damage !== null) {
      faults.add('files', file.path, null, damage ?? 'is missing');
      return new ParquetRows(file, faults, null);
    }
    try {
      return new ParquetRows(file, faults, await scanOf(bytes));
    } catch (error) {
      faults.add('parquet', file.path, null, `cannot be read as Parquet (${messageOf(error)})`);
      return new ParquetRows(file, faults, null);
    }
  }

  /** Compares the next row of the table. @returns a promise only where a group begins */
  next(row: TableRow): Promise<void> | undefined {
    if (this.#isWrong) return undefined;
    return this.#row < this.#end ? this.#compare(row) : this.#nextGroup().then(() => this.#compare(row));
  }

  /** After the last row of the table. */
  end(): void {
    const rows = Number(this.#scan?.metadata.num_rows ?? 0);
    if (this.#isWrong || rows === this.#row) return;
    this.#tell(null, `holds ${rows} rows where the table has ${this.#row}`);
  }

  #compare(row: TableRow): undefined {
    if (this.#isWrong) return;
    const at = this.#row - this.#start;
    for (let i = 0; i < TABLE_COLUMNS.length; i += 1) {
      const column = TABLE_COLUMNS[i]!;
      const value: unknown = this.#columns[i]?.[at] ?? null;
      if (value === column.read(row)) continue;
      this.#tell(this.#row + 1, `has another value in row ${this.#row + 1}, column ${column.name}, than the table`);
      return;
    }
    this.#row += 1;
  }

  async #nextGroup(): Promise<void> {
    this.#group += 1;
    const range = this.#scan?.ranges[this.#group];
    if (this.#scan === null || range === undefined) {
      this.#tell(null, `ends after ${this.#row} rows where the table has more`);
      return;
    }
    try {
      const columns: DecodedArray[] = [];
      for (const { name } of TABLE_COLUMNS) columns.push(await this.#scan.readColumn({ column: name, ...range }));
      this.#columns = columns;
      this.#start = range.rowStart;
      this.#end = range.rowEnd;
    } catch (error) {
      this.#tell(null, `cannot be read as Parquet (${messageOf(error)})`);
    }
  }

  /** The first difference tells enough: what follows would be told for every row. */
  #tell(row: number | null, what: string): void {
    this.#isWrong = true;
    this.#faults.add('parquet', this.#file.path, row, what);
  }
}

function damageOfBytes(bytes: Buffer, { bytes: expected, sha256 }: ParquetFile): string | null {
  if (bytes.length !== expected) return `has ${bytes.length} bytes where ${expected} were published`;
  const found = createHash('sha256').update(bytes).digest('hex');
  return found === sha256 ? null : `has SHA-256 ${found} (stored) where ${sha256} was published`;
}

async function scanOf(bytes: Buffer): Promise<ParquetScan> {
  const days = new Map<number, string>();
  const dateFromDays = (day: number): string => {
    const known = days.get(day) ?? new Date(day * DAY_MS).toISOString().slice(0, 10);
    days.set(day, known);
    return known;
  };
  const scan = await parquetScan({
    file: {
      byteLength: bytes.length,
      slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
    },
    compressors: {
      ZSTD: (input) => zstdDecompressSync(input, { maxOutputLength: MAX_CHUNK_BYTES }),
    },
    parsers: { dateFromDays },
  });
  const names = scan.metadata.schema.slice(1).map(({ name }) => name);
  const expected = TABLE_COLUMNS.map(({ name }) => name);
  if (names.join() !== expected.join()) throw new Error('other columns than the table has');
  return scan;
}
