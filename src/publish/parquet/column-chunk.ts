/** Collects one column's values of a row group, then encodes them. Memory: the distinct values, and 5 bytes a row. */
import type { ColumnChunk, Encoding, Statistics } from 'hyparquet';
import type { TableRow } from '../published.ts';
import { grown, INITIAL_ROWS, Rows } from './column-rows.ts';
import type { TableColumn } from './columns.ts';
import { dictionaryPage, indexPage, type Page, plainPage } from './pages.ts';
import { daysSince1970, PlainValues } from './plain-values.ts';
import { type Value, ValueRange } from './value-range.ts';

/** A page of texts is closed when it reaches this size, uncompressed. */
const PAGE_BYTES = 1024 * 1024;

export interface EncodedChunk {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly plainBytes: number;
  readonly chunk: ColumnChunk;
}

export interface ColumnCollector {
  /** @returns the characters that are held from now on */
  add(row: TableRow): number;
  /** Encodes what was added, and begins anew. @param offset of the chunk in the file */
  encode(offset: number): EncodedChunk;
}

export function collectColumn(column: TableColumn): ColumnCollector {
  return column.isDistinct ? new PlainCollector(column) : new DictionaryCollector(column);
}

/** Texts as they come, page by page, so that only compressed pages are held. */
class PlainCollector implements ColumnCollector {
  readonly #column: TableColumn;
  readonly #values = new PlainValues();
  #rows: Rows;
  #total = 0;
  #pages: Page[] = [];
  #range = new ValueRange();

  constructor(column: TableColumn) {
    this.#column = column;
    this.#rows = new Rows(column);
  }

  add(row: TableRow): number {
    const value = this.#column.read(row);
    this.#rows.add(value !== null);
    this.#total += 1;
    if (value === null) return 0;
    this.#values.appendText(value as string);
    this.#range.add(value);
    if (this.#values.bytes >= PAGE_BYTES) this.#endPage();
    return 0;
  }

  encode(offset: number): EncodedChunk {
    if (this.#rows.rows > 0) this.#endPage();
    const statistics = this.#range.statistics(this.#rows.nulls);
    const encoded = encodeChunk(this.#column, { offset, rows: this.#total, statistics }, null, this.#pages, 'PLAIN');
    this.#rows = new Rows(this.#column);
    this.#total = 0;
    this.#pages = [];
    this.#range = new ValueRange();
    return encoded;
  }

  #endPage(): void {
    this.#pages.push(plainPage(this.#values.take(), this.#rows.take()));
  }
}

class DictionaryCollector implements ColumnCollector {
  readonly #column: TableColumn;
  #rows: Rows;
  #places = new Map<Value, number>();
  #indexes = new Uint32Array(INITIAL_ROWS);
  #values = 0;

  constructor(column: TableColumn) {
    this.#column = column;
    this.#rows = new Rows(column);
  }

  add(row: TableRow): number {
    const value = this.#column.read(row);
    this.#rows.add(value !== null);
    if (value === null) return 0;
    if (this.#values === this.#indexes.length) this.#indexes = grown(this.#indexes, Uint32Array);
    const known = this.#places.get(value);
    this.#indexes[this.#values] = known ?? this.#places.size;
    this.#values += 1;
    if (known !== undefined) return 0;
    this.#places.set(value, this.#places.size);
    return typeof value === 'string' ? value.length : 0;
  }

  encode(offset: number): EncodedChunk {
    const { nulls } = this.#rows;
    const rows = this.#rows.take();
    const distinct = this.#places.size;
    const { bytes, statistics } = this.#encodeDictionary(nulls);
    const where = { offset, rows: rows.rows, statistics };
    const indexes = this.#indexes.subarray(0, this.#values);
    const encoded =
      distinct === 0
        ? encodeChunk(this.#column, where, null, [plainPage(bytes, rows)], 'PLAIN')
        : encodeChunk(
            this.#column,
            where,
            dictionaryPage(bytes, distinct),
            [indexPage(indexes, distinct, rows)],
            'RLE_DICTIONARY',
          );
    this.#rows = new Rows(this.#column);
    this.#places = new Map();
    this.#values = 0;
    return encoded;
  }

  /** The distinct values in the order of their first row. */
  #encodeDictionary(nulls: number): { readonly bytes: Uint8Array; readonly statistics: Statistics } {
    const values = new PlainValues();
    const range = new ValueRange();
    for (const value of this.#places.keys()) {
      const physical = this.#physical(value);
      if (typeof physical === 'number') values.appendInteger(physical);
      else values.appendText(physical);
      range.add(physical);
    }
    return { bytes: values.take(), statistics: range.statistics(nulls) };
  }

  #physical(value: Value): Value {
    const { type, name } = this.#column;
    return type === 'date' && typeof value === 'string' ? daysSince1970(value, name) : value;
  }
}

function encodeChunk(
  column: TableColumn,
  where: { readonly offset: number; readonly rows: number; readonly statistics: Statistics },
  dictionary: Page | null,
  pages: readonly Page[],
  encoding: Encoding,
): EncodedChunk {
  const all = dictionary === null ? pages : [dictionary, ...pages];
  const bytes = all.reduce((sum, page) => sum + page.bytes, 0);
  const plainBytes = all.reduce((sum, page) => sum + page.plainBytes, 0);
  const { offset, rows, statistics } = where;
  const chunk: ColumnChunk = {
    file_offset: BigInt(offset),
    meta_data: {
      type: column.type === 'text' ? 'BYTE_ARRAY' : 'INT32',
      encodings: dictionary === null ? ['RLE', encoding] : ['RLE', 'PLAIN', encoding],
      path_in_schema: [column.name],
      codec: 'ZSTD',
      num_values: BigInt(rows),
      total_uncompressed_size: BigInt(plainBytes),
      total_compressed_size: BigInt(bytes),
      data_page_offset: BigInt(offset + (dictionary?.bytes ?? 0)),
      ...(dictionary === null ? {} : { dictionary_page_offset: BigInt(offset) }),
      statistics,
    },
  };
  return { parts: all.flatMap(({ parts }) => parts), bytes, plainBytes, chunk };
}
