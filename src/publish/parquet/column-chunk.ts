/**
 * Collects one column's values of a row group, then encodes them: by a dictionary as long as the values repeat, then as they
 * come. Memory: the dictionary, 5 bytes a row, and a page; of pages that are closed, the compressed bytes.
 */
import type { ColumnChunk, Statistics } from 'hyparquet';
import type { TableRow } from '../published.ts';
import { grown, INITIAL_ROWS, Rows } from './column-rows.ts';
import type { TableColumn } from './columns.ts';
import { dictionaryPage, indexPage, type Page, plainPage } from './pages.ts';
import { daysSince1970, PlainValues } from './plain-values.ts';
import { type Value, ValueRange } from './value-range.ts';

export interface PageLimits {
  /** A page of texts is closed when it reaches this size, uncompressed. */
  readonly pageBytes: number;
  /** A dictionary that reaches this size, uncompressed, is closed: what comes after it in the group stands as it is. */
  readonly dictionaryBytes: number;
}

export interface EncodedChunk {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly plainBytes: number;
  readonly chunk: ColumnChunk;
}

export class ColumnCollector {
  readonly #column: TableColumn;
  readonly #limits: PageLimits;
  /** Of the page that is begun. */
  readonly #values = new PlainValues();
  #dictionary: Dictionary | null = null;
  #rows: Rows;
  #range = new ValueRange();
  #pages: Page[] = [];
  #total = 0;
  #hasDictionary = false;

  constructor(column: TableColumn, limits: PageLimits) {
    this.#column = column;
    this.#limits = limits;
    this.#rows = new Rows(column);
    this.#begin();
  }

  add(row: TableRow): void {
    const value = this.#column.read(row);
    this.#rows.add(value !== null);
    this.#total += 1;
    if (value === null) return;
    if (this.#dictionary === null) {
      this.#append(value);
      if (this.#values.bytes >= this.#limits.pageBytes) this.#endPage();
      return;
    }
    if (this.#dictionary.add(value)) this.#append(value);
    if (this.#values.bytes >= this.#limits.dictionaryBytes) this.#endDictionary();
  }

  /** Encodes what was added, and begins anew. @param offset of the chunk in the file */
  encode(offset: number): EncodedChunk {
    if (this.#values.bytes > 0 && this.#dictionary !== null) this.#endDictionary();
    else if (this.#rows.rows > 0) this.#endPage();
    const statistics = this.#range.statistics(this.#rows.nulls);
    const encoded = this.#encodeChunk(offset, statistics);
    this.#begin();
    return encoded;
  }

  #begin(): void {
    this.#dictionary = this.#column.isDistinct ? null : new Dictionary();
    this.#rows = new Rows(this.#column);
    this.#range = new ValueRange();
    this.#pages = [];
    this.#total = 0;
    this.#hasDictionary = false;
  }

  #append(value: Value): void {
    const { type, name } = this.#column;
    const physical = type === 'date' && typeof value === 'string' ? daysSince1970(value, name) : value;
    if (typeof physical === 'number') this.#values.appendInteger(physical);
    else this.#values.appendText(physical);
    this.#range.add(physical);
  }

  #endPage(): void {
    this.#pages.push(plainPage(this.#values.take(), this.#rows.take()));
  }

  #endDictionary(): void {
    const { size, indexes } = this.#dictionary!;
    this.#pages.push(dictionaryPage(this.#values.take(), size), indexPage(indexes, size, this.#rows.take()));
    this.#hasDictionary = true;
    this.#dictionary = null;
  }

  #encodeChunk(offset: number, statistics: Statistics): EncodedChunk {
    const pages = this.#pages;
    const bytes = pages.reduce((sum, page) => sum + page.bytes, 0);
    const plainBytes = pages.reduce((sum, page) => sum + page.plainBytes, 0);
    const dictionary = this.#hasDictionary ? pages[0]! : null;
    const chunk: ColumnChunk = {
      file_offset: BigInt(offset),
      meta_data: {
        type: this.#column.type === 'text' ? 'BYTE_ARRAY' : 'INT32',
        encodings: dictionary === null ? ['RLE', 'PLAIN'] : ['RLE', 'PLAIN', 'RLE_DICTIONARY'],
        path_in_schema: [this.#column.name],
        codec: 'ZSTD',
        num_values: BigInt(this.#total),
        total_uncompressed_size: BigInt(plainBytes),
        total_compressed_size: BigInt(bytes),
        data_page_offset: BigInt(offset + (dictionary?.bytes ?? 0)),
        ...(dictionary === null ? {} : { dictionary_page_offset: BigInt(offset) }),
        statistics,
      },
    };
    return { parts: pages.flatMap(({ parts }) => parts), bytes, plainBytes, chunk };
  }
}

/** Distinct values in the order of their first row, and which one each row has. */
class Dictionary {
  readonly #places = new Map<Value, number>();
  #indexes = new Uint32Array(INITIAL_ROWS);
  #count = 0;

  get size(): number {
    return this.#places.size;
  }

  get indexes(): Uint32Array {
    return this.#indexes.subarray(0, this.#count);
  }

  /** @returns whether the value is new */
  add(value: Value): boolean {
    if (this.#count === this.#indexes.length) this.#indexes = grown(this.#indexes, Uint32Array);
    const known = this.#places.get(value);
    this.#indexes[this.#count] = known ?? this.#places.size;
    this.#count += 1;
    if (known === undefined) this.#places.set(value, this.#places.size);
    return known === undefined;
  }
}
