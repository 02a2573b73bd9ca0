/** A shard's Parquet file against its rows, read by a library that shares nothing with how we write it, group by group. */
import { hash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { type DecodedArray, type FileMetaData, type ParquetRowRange, parquetScan } from 'hyparquet';
import { messageOf } from '../../errors.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { TABLE_COLUMNS } from '../parquet/columns.ts';
import type { ParquetFile, TableRow } from '../published.ts';
import type { Faults } from './faults.ts';
import type { FileMemory } from './file-memory.ts';
import { faultOfBounds } from './parquet-bounds.ts';

/** Of a column in a group, uncompressed: the encoder ends a group long before. */
const MAX_CHUNK_BYTES = 256 * 1024 * 1024;
/** Rows whose values in a column are compared at once, by digest: a group of values would be some 40 MB. */
const BLOCK_ROWS = 100;
const DAY_MS = 86_400_000;

interface Scan {
  readonly metadata: FileMetaData;
  /** Of each row group. */
  readonly ranges: readonly ParquetRowRange[];
  readColumn(column: string, range: ParquetRowRange): Promise<DecodedArray>;
}

/** Holds the file in `memory`, some 15 MB for 200,000 rows, digests of the rows of a group, and one column of it. */
export class ParquetRows {
  readonly #file: ParquetFile;
  readonly #faults: Faults;
  readonly #scan: Scan | null;
  /** By column: values of the block that is begun, and digests of the group's blocks before it. */
  readonly #values: (string | number | null)[][] = TABLE_COLUMNS.map(() => []);
  #digests: string[][] = TABLE_COLUMNS.map(() => []);
  #group = 0;
  #rows = 0;
  #isWrong: boolean;

  private constructor(file: ParquetFile, faults: Faults, scan: Scan | null) {
    this.#file = file;
    this.#faults = faults;
    this.#scan = scan;
    this.#isWrong = scan === null;
  }

  /** A file that is not as published is a fault of `files`, and nothing is compared with it. */
  static async open(
    a3: Pick<JobDailyA3Data, 'open'>,
    folder: string,
    file: ParquetFile,
    { memory, faults }: { readonly memory: FileMemory; readonly faults: Faults },
  ): Promise<ParquetRows> {
    const found = await memory.read(a3, `${folder}/${file.path}`, file.bytes);
    const damage = found === null ? `is missing; ${file.bytes} bytes were published` : damageOf(found, file);
    if (found === null || damage !== null) {
      faults.add('files', file.path, null, damage ?? 'is missing');
      return new ParquetRows(file, faults, null);
    }
    try {
      return new ParquetRows(file, faults, await scanOf(found.bytes));
    } catch (error) {
      faults.add('parquet', file.path, null, `cannot be read as Parquet (${messageOf(error)})`);
      return new ParquetRows(file, faults, null);
    }
  }

  /** Takes the next row of the table. @returns a promise only where a group ends, which is then compared */
  next(row: TableRow): Promise<void> | undefined {
    if (this.#isWrong) return undefined;
    for (let i = 0; i < TABLE_COLUMNS.length; i += 1) this.#values[i]!.push(TABLE_COLUMNS[i]!.read(row));
    this.#rows += 1;
    if (this.#values[0]!.length === BLOCK_ROWS) this.#endBlock();
    return this.#rows === this.#scan?.ranges[this.#group]?.rowEnd ? this.#compareGroup() : undefined;
  }

  /** After the last row of the table. */
  end(): void {
    const { num_rows = 0, row_groups = [] } = this.#scan?.metadata ?? {};
    const grouped = row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    for (const rows of [Number(num_rows), grouped]) {
      if (!this.#isWrong && rows !== this.#rows) this.#tell(`holds ${rows} rows where the table has ${this.#rows}`);
    }
  }

  #endBlock(): void {
    for (const [i, values] of this.#values.entries()) {
      this.#digests[i]!.push(digestOf(values));
      values.length = 0;
    }
  }

  async #compareGroup(): Promise<void> {
    const range = this.#scan?.ranges[this.#group];
    if (this.#scan === null || range === undefined) return;
    if (this.#values[0]!.length > 0) this.#endBlock();
    const digests = this.#digests;
    this.#digests = TABLE_COLUMNS.map(() => []);
    this.#group += 1;
    try {
      for (const [i, { name }] of TABLE_COLUMNS.entries()) {
        if (this.#isWrong) continue;
        const values = await this.#scan.readColumn(name, range);
        this.#compareColumn(name, range, values, digests[i]!);
        const fault = faultOfBounds(this.#scan.metadata.row_groups[this.#group - 1]?.columns[i], values);
        if (fault !== null) this.#tell(`has ${fault} of column ${name} in row group ${this.#group}`);
      }
    } catch (error) {
      this.#tell(`cannot be read as Parquet (${messageOf(error)})`);
    }
  }

  #compareColumn(
    name: string,
    { rowStart, rowEnd }: ParquetRowRange,
    found: DecodedArray,
    digests: readonly string[],
  ): void {
    for (const [block, digest] of digests.entries()) {
      const from = block * BLOCK_ROWS;
      const values = Array.from(found.slice(from, from + BLOCK_ROWS) as ArrayLike<unknown>, (value) => value ?? null);
      if (digestOf(values) === digest) continue;
      const last = Math.min(rowStart + from + BLOCK_ROWS, rowEnd);
      this.#tell(`has another value in column ${name}, rows ${rowStart + from + 1} to ${last}, than the table`);
      return;
    }
  }

  /** The first difference tells enough: what follows would be told for every row. */
  #tell(what: string): void {
    this.#isWrong = true;
    this.#faults.add('parquet', this.#file.path, null, what);
  }
}

/** Of texts, numbers and nulls no two lists give the same JSON. */
function digestOf(values: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(values), 'base64');
}

function damageOf(
  { bytes, length }: { readonly bytes: Buffer; readonly length: number },
  { bytes: expected, sha256 }: ParquetFile,
): string | null {
  if (length !== expected) return `has ${length} bytes where ${expected} were published`;
  const found = hash('sha256', bytes, 'hex');
  return found === sha256 ? null : `has SHA-256 ${found} (stored) where ${sha256} was published`;
}

async function scanOf(bytes: Buffer): Promise<Scan> {
  const days = new Map<number, string>();
  const dateFromDays = (day: number): string => {
    const known = days.get(day) ?? new Date(day * DAY_MS).toISOString().slice(0, 10);
    days.set(day, known);
    return known;
  };
  const options = {
    file: {
      byteLength: bytes.length,
      slice: (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer,
    },
    compressors: {
      ZSTD: (input: Uint8Array) => zstdDecompressSync(input, { maxOutputLength: MAX_CHUNK_BYTES }),
    },
    parsers: { dateFromDays },
  };
  const { metadata, ranges } = await parquetScan(options);
  const names = metadata.schema.slice(1).map(({ name }) => name);
  const expected = TABLE_COLUMNS.map(({ name }) => name);
  if (names.join() !== expected.join()) throw new Error('other columns than the table has');
  return {
    metadata,
    ranges,
    // A scan keeps what it read last of every column: the values of a whole group.
    async readColumn(column, range) {
      const scan = await parquetScan({ ...options, metadata, columns: [column] });
      return scan.readColumn({ column, ...range });
    },
  };
}
