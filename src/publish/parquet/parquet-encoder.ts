/**
 * Rows to the bytes of a Parquet file, row group by row group. Same rows, same bytes: nothing in the file tells a time, a
 * version of the code, a run or a date that its rows do not tell, so that the file of an untouched shard can be copied from
 * day to day.
 */
import type { FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import type { TableRow } from '../published.ts';
import { ColumnCollector, type PageLimits } from './column-chunk.ts';
import type { TableColumn } from './columns.ts';

/** An LEI has 20 characters, a hash 64: bounds are exact up to here, and shortened above. */
export const STATISTICS_BYTES = 64;
const MAGIC = Buffer.from('PAR1');
/** In the form that readers parse. Rises when the same rows would give other bytes. */
const CREATED_BY = 'lexdelta-parquet version 2';
const NOTHING: readonly Uint8Array[] = [];

export interface ParquetLimits extends PageLimits {
  /** Rows of a group: what a reader skips by its statistics, or gives to one thread. */
  readonly groupRows: number;
}

/**
 * DuckDB is as fast as it gets from some 60,000 rows a group on, which is also what its own files have half of; more would
 * hold more of the shard in memory.
 */
export const PARQUET_LIMITS: ParquetLimits = {
  groupRows: 65_536,
  pageBytes: 256 * 1024,
  dictionaryBytes: 256 * 1024,
};

export class ParquetEncoder {
  readonly #columns: readonly TableColumn[];
  readonly #limits: ParquetLimits;
  readonly #collectors: readonly ColumnCollector[];
  readonly #groups: RowGroup[] = [];
  #offset = 0;
  #rows = 0;
  #groupRows = 0;

  constructor(columns: readonly TableColumn[], limits: ParquetLimits = PARQUET_LIMITS) {
    this.#columns = columns;
    this.#limits = limits;
    this.#collectors = columns.map((column) => new ColumnCollector(column, limits));
  }

  /** Of all groups that have ended. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * @returns the bytes that come next in the file: none but where a group ends
   * @throws PermanentError `STORE_CORRUPT`: a value that its column cannot hold
   */
  add(row: TableRow): readonly Uint8Array[] {
    for (const collector of this.#collectors) collector.add(row);
    this.#groupRows += 1;
    return this.#groupRows >= this.#limits.groupRows ? this.#endGroup() : NOTHING;
  }

  /** The rest of the file. */
  finish(): readonly Uint8Array[] {
    const parts = this.#groupRows > 0 ? this.#endGroup() : this.#begin();
    const footer = new ByteWriter();
    writeMetadata(footer, this.#metadata(), STATISTICS_BYTES);
    footer.appendBytes(MAGIC);
    return [...parts, footer.getBytes()];
  }

  #begin(): Uint8Array[] {
    if (this.#offset > 0) return [];
    this.#offset = MAGIC.length;
    return [MAGIC];
  }

  #endGroup(): readonly Uint8Array[] {
    const parts = this.#begin();
    const start = this.#offset;
    const chunks: RowGroup['columns'] = [];
    let plainBytes = 0;
    for (const collector of this.#collectors) {
      const encoded = collector.encode(this.#offset);
      this.#offset += encoded.bytes;
      plainBytes += encoded.plainBytes;
      chunks.push(encoded.chunk);
      parts.push(...encoded.parts);
    }
    this.#groups.push({
      columns: chunks,
      total_byte_size: BigInt(plainBytes),
      num_rows: BigInt(this.#groupRows),
      file_offset: BigInt(start),
      total_compressed_size: BigInt(this.#offset - start),
    });
    this.#rows += this.#groupRows;
    this.#groupRows = 0;
    return parts;
  }

  #metadata(): FileMetaData {
    const columns = this.#columns;
    const fields = columns.flatMap(({ name, field }) => (field === null ? [] : [[name, field]]));
    return {
      version: 2,
      schema: [{ name: 'table_a3', num_children: columns.length }, ...columns.map(elementOf)],
      num_rows: BigInt(this.#rows),
      row_groups: this.#groups,
      key_value_metadata: [{ key: 'lexdelta.fields', value: JSON.stringify(Object.fromEntries(fields)) }],
      created_by: CREATED_BY,
      metadata_length: 0, // Written by the writer itself.
    };
  }
}

function elementOf({ name, type, isRequired }: TableColumn, place: number): SchemaElement {
  const common = { name, repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL', field_id: place + 1 } as const;
  if (type === 'integer') return { ...common, type: 'INT32' };
  if (type === 'date') return { ...common, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
  return { ...common, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
}
