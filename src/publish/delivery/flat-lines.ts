/** Rows to lines of a `~` file. */
import { PermanentError } from '../../errors.ts';
import type { FlatTable } from '../data-package.ts';
import { flatColumns, headerCells, missingValues } from './flat-columns.ts';
import { type FlatFormat, LINE_ENDS, SEPARATOR } from './flat-format.ts';
import type { FlatRow } from './flat-source.ts';

/** What a flat file cannot carry. Rules and imports have made blanks of these, so a row with one was not made by them. */
const NOT_CARRIED = /[~\p{Cc}]/u;

export class FlatLines {
  /** With its line end; empty: there is none. */
  readonly header: string;
  readonly #table: FlatTable;
  readonly #date: string;
  readonly #columns: readonly { readonly name: string; readonly missing: string }[];
  readonly #end: string;
  /** Without the empty text, which no value is. */
  readonly #missing: ReadonlySet<string>;
  #ambiguous = 0;

  constructor(table: FlatTable, business_date: string, format: FlatFormat) {
    const columns = flatColumns(table, format);
    this.#table = table;
    this.#date = business_date;
    this.#columns = columns.slice(1);
    this.#end = LINE_ENDS[format.lineEnd];
    this.#missing = new Set(missingValues(columns).filter((text) => text !== ''));
    const cells = headerCells(columns, format);
    this.header = cells === null ? '' : cells.join(SEPARATOR) + this.#end;
  }

  /** Values written so far that read like one of the texts for a value that there is not. */
  get ambiguous(): number {
    return this.#ambiguous;
  }

  /** @throws PermanentError `STORE_CORRUPT`: a value that the file cannot carry; the message tells none of it */
  line(row: FlatRow): string {
    let line = this.#date;
    for (const { name, missing } of this.#columns) {
      const value = row(name);
      line += SEPARATOR;
      if (value === null) {
        line += missing;
        continue;
      }
      if (NOT_CARRIED.test(value)) throw this.#notCarried(row, name);
      if (this.#missing.size > 0 && this.#missing.has(value)) this.#ambiguous += 1;
      line += value;
    }
    if (!line.isWellFormed()) throw this.#notCarried(row, null);
    return line + this.#end;
  }

  #notCarried(row: FlatRow, field: string | null): PermanentError {
    const what = `holds a character${field === null ? '' : ` in ${field}`} that the flat file cannot carry`;
    if (this.#table === 'A-3') {
      const [namespace, lex_id] = [row('namespace') ?? '', row('lex_id') ?? ''];
      return new PermanentError('STORE_CORRUPT', `A row of \`${lex_id}\` in \`${namespace}\` ${what}.`, {
        namespace,
        lex_id,
      });
    }
    const entity_id = row(`${this.#table}.2`) ?? '';
    return new PermanentError('STORE_CORRUPT', `\`${entity_id}\` of ${this.#table} ${what}.`, { entity_id });
  }
}

/** The whole file in pieces, one a batch. */
export async function* flatPieces(lines: FlatLines, batches: AsyncIterable<readonly FlatRow[]>): AsyncIterable<string> {
  if (lines.header !== '') yield lines.header;
  for await (const batch of batches) {
    let piece = '';
    for (const row of batch) piece += lines.line(row);
    yield piece;
  }
}
