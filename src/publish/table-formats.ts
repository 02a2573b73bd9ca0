/** The table as people and machines take it: 20 columns in field order, A3.1 being the table's date. */
import { A3_FIELDS, type A3Field } from '../agreements/table-a3/fields.ts';
import { PermanentError } from '../errors.ts';
import { datedColumns } from './parquet/columns.ts';
import { encodeParquet } from './parquet/read-parquet-parts.ts';
import type { TableRow } from './published.ts';

/** One flat object a row, its keys in field order. */
export type A3Record = Readonly<Record<A3Field, string | null>>;

/** Text is handed on in pieces of about this many characters. */
const PIECE_CHARS = 64 * 1024;
const NEEDS_QUOTES = /[",\r\n]/;
const FLAT_SEPARATOR = '~';
/** What a flat file cannot carry. The rules have made blanks of these, so a row with one was not made by them. */
const NOT_FLAT = /[~\r\n]/;

export function a3Record(row: TableRow, business_date: string): A3Record {
  const entries = A3_FIELDS.map((field) => [field, field === 'A3.1' ? business_date : row[field]]);
  return Object.fromEntries(entries) as A3Record;
}

/** One JSON object a line. */
export function ndjsonTable(rows: AsyncIterable<TableRow>, business_date: string): AsyncIterable<string> {
  return pieces(rows, null, (row) => `${JSON.stringify(a3Record(row, business_date))}\n`);
}

/** RFC 4180, with CRLF and a header row of field numbers. `null` is an empty column. */
export function csvTable(rows: AsyncIterable<TableRow>, business_date: string): AsyncIterable<string> {
  return pieces(rows, csvLine(A3_FIELDS), (row) => csvLine(Object.values(a3Record(row, business_date))));
}

/** `null` is an empty column. */
export function csvLine(values: readonly (string | null)[]): string {
  return `${values.map(quoted).join(',')}\r\n`;
}

/**
 * Columns separated by `~`, lines ending in LF. `header`: a first row of field numbers.
 * @throws PermanentError `STORE_CORRUPT`: a value that the format cannot carry
 */
export function flatTable(
  rows: AsyncIterable<TableRow>,
  business_date: string,
  { header }: { readonly header: boolean },
): AsyncIterable<string> {
  const first = header ? `${A3_FIELDS.join(FLAT_SEPARATOR)}\n` : null;
  return pieces(rows, first, (row) => flatLine(row, business_date));
}

/** One Parquet file: the columns of the published parts, and before them the table's date. */
export function parquetTable(rows: AsyncIterable<TableRow>, business_date: string): AsyncIterable<Uint8Array> {
  return encodeParquet(rows, datedColumns(business_date));
}

function flatLine(row: TableRow, business_date: string): string {
  const values = Object.values(a3Record(row, business_date)).map((value) => value ?? '');
  if (values.some((value) => NOT_FLAT.test(value))) {
    const { namespace, lex_id } = row;
    const what = `A row of \`${lex_id}\` in \`${namespace}\` holds a character that the flat file cannot carry.`;
    throw new PermanentError('STORE_CORRUPT', what, { namespace, lex_id });
  }
  return `${values.join(FLAT_SEPARATOR)}\n`;
}

function quoted(value: string | null): string {
  if (value === null) return '';
  return NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

async function* pieces(
  rows: AsyncIterable<TableRow>,
  first: string | null,
  lineOf: (row: TableRow) => string,
): AsyncIterable<string> {
  let piece = first ?? '';
  for await (const row of rows) {
    piece += lineOf(row);
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
