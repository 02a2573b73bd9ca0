/**
 * Writing a shard's rows as Parquet: row group by row group, visible only when the file is whole. Same rows, same bytes:
 * nothing in the file tells a time, a version of the code, a run or a date that its rows do not tell, so that the file of an
 * untouched shard can be copied from day to day.
 */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { ParquetFile, TableRow } from '../published.ts';
import { type ColumnCollector, collectColumn } from './column-chunk.ts';
import { TABLE_COLUMNS, type TableColumn } from './columns.ts';

/**
 * Rows of a group: what a reader skips by its statistics, or gives to one thread. DuckDB is as fast as it gets from about
 * 60,000 on; more would hold more of the shard in memory.
 */
export const GROUP_ROWS = 65_536;
/** A group ends early when its distinct values reach so many characters, so that long texts do not fill the memory. */
const GROUP_CHARS = 64 * 1024 * 1024;
/** An LEI has 20 characters, a hash 64: bounds are exact up to here, and shortened above. */
const STATISTICS_BYTES = 64;
const MAGIC = Buffer.from('PAR1');
/** In the form that readers parse. Rises when the same rows would give other bytes. */
const CREATED_BY = 'lexdelta-parquet version 1';
/** Bytes that may wait for the store. */
const WAITING_BYTES = 1024 * 1024;

export interface ParquetLimits {
  readonly groupRows: number;
  readonly groupChars: number;
}

export class ParquetFileWriter {
  readonly #path: string;
  readonly #limits: ParquetLimits;
  readonly #columns: readonly ColumnCollector[] = TABLE_COLUMNS.map(collectColumn);
  readonly #sink = new PassThrough({ highWaterMark: WAITING_BYTES });
  readonly #upload: Promise<{ readonly bytes: number; readonly sha256: string }>;
  readonly #groups: RowGroup[] = [];
  #offset = 0;
  #rows = 0;
  #groupRows = 0;
  #groupChars = 0;

  constructor(
    a3: Pick<JobDailyA3Data, 'putOnceStream'>,
    folder: string,
    path: string,
    limits: ParquetLimits = { groupRows: GROUP_ROWS, groupChars: GROUP_CHARS },
  ) {
    this.#path = path;
    this.#limits = limits;
    this.#sink.on('error', () => undefined); // Seen by whoever iterates.
    this.#upload = a3.putOnceStream(`${folder}/${path}`, this.#sink);
    this.#upload.catch(() => undefined); // Seen by `close`, or by a write that waits.
    this.#sink.write(MAGIC);
    this.#offset = MAGIC.length;
  }

  /**
   * @returns a promise only where a group ends
   * @throws PermanentError `STORE_CORRUPT`: a value that its column cannot hold
   */
  write(row: TableRow): Promise<void> | undefined {
    for (const column of this.#columns) this.#groupChars += column.add(row);
    this.#groupRows += 1;
    const { groupRows, groupChars } = this.#limits;
    return this.#groupRows >= groupRows || this.#groupChars >= groupChars ? this.#endGroup() : undefined;
  }

  /** Resolves when the whole file is durable. */
  async close(): Promise<ParquetFile> {
    if (this.#groupRows > 0) await this.#endGroup();
    const footer = new ByteWriter();
    writeMetadata(footer, metadataOf(this.#groups, this.#rows), STATISTICS_BYTES);
    footer.appendBytes(MAGIC);
    this.#sink.end(footer.getBytes());
    const { bytes, sha256 } = await this.#upload;
    return { path: this.#path, bytes, sha256, rows: this.#rows };
  }

  /** Gives up: nothing becomes visible. Never throws. */
  async abort(): Promise<void> {
    this.#sink.destroy(new Error('The file was given up.'));
    await this.#upload.catch(() => undefined);
  }

  async #endGroup(): Promise<void> {
    const begin = this.#offset;
    const columns: RowGroup['columns'] = [];
    let plainBytes = 0;
    for (const column of this.#columns) {
      const encoded = column.encode(this.#offset);
      this.#offset += encoded.bytes;
      plainBytes += encoded.plainBytes;
      columns.push(encoded.chunk);
      for (const part of encoded.parts) await this.#send(part);
    }
    this.#groups.push({
      columns,
      total_byte_size: BigInt(plainBytes),
      num_rows: BigInt(this.#groupRows),
      file_offset: BigInt(begin),
      total_compressed_size: BigInt(this.#offset - begin),
    });
    this.#rows += this.#groupRows;
    this.#groupRows = 0;
    this.#groupChars = 0;
  }

  async #send(part: Uint8Array): Promise<void> {
    // An upload that has failed no longer reads, so waiting for room alone would wait for ever.
    if (!this.#sink.write(part)) await Promise.race([once(this.#sink, 'drain'), this.#upload]);
  }
}

function metadataOf(groups: RowGroup[], rows: number): FileMetaData {
  const fields = TABLE_COLUMNS.flatMap(({ name, field }) => (field === null ? [] : [[name, field]]));
  return {
    version: 2,
    schema: [{ name: 'table_a3', num_children: TABLE_COLUMNS.length }, ...TABLE_COLUMNS.map(elementOf)],
    num_rows: BigInt(rows),
    row_groups: groups,
    key_value_metadata: [{ key: 'lexdelta.fields', value: JSON.stringify(Object.fromEntries(fields)) }],
    created_by: CREATED_BY,
    metadata_length: 0, // Written by the writer itself.
  };
}

function elementOf({ name, type, isRequired }: TableColumn, place: number): SchemaElement {
  const common = { name, repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL', field_id: place + 1 } as const;
  if (type === 'integer') return { ...common, type: 'INT32' };
  if (type === 'date') return { ...common, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
  return { ...common, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
}
