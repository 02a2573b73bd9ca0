/** The table as people and machines take it: 20 columns in field order, A3.1 being the table's date. */
import { A3_FIELDS, type A3Field } from '../agreements/table-a3/fields.ts';
import { PLAIN_FORMAT } from './delivery/flat-format.ts';
import { FlatLines } from './delivery/flat-lines.ts';
import { agreementRow } from './delivery/flat-source.ts';
import { datedColumns } from './parquet/columns.ts';
import { encodeParquet } from './parquet/read-parquet-parts.ts';
import type { TableRow } from './published.ts';

/** One flat object a row, its keys in field order. */
export type A3Record = Readonly<Record<A3Field, string | null>>;

/** Text is handed on in pieces of about this many characters. */
const PIECE_CHARS = 64 * 1024;
const NEEDS_QUOTES = /[",\r\n]/;

export function a3Record(row: TableRow, business_date: string): A3Record {
  const entries = A3_FIELDS.map((field) => [field, field === 'A3.1' ? business_date : row[field]]);
  return Object.fromEntries(entries) as A3Record;
}

/** One JSON object a line. */
export function ndjsonTable(rows: AsyncIterable<TableRow>, business_date: string): AsyncIterable<string> {
  return pieces(rows, '', (row) => `${JSON.stringify(a3Record(row, business_date))}\n`);
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
  const lines = new FlatLines('A-3', business_date, { ...PLAIN_FORMAT, header: header ? 'numbers' : 'none' });
  return pieces(rows, lines.header, (row) => lines.line(agreementRow(row)));
}

/** One Parquet file: the columns of the published parts, and before them the table's date. */
export function parquetTable(rows: AsyncIterable<TableRow>, business_date: string): AsyncIterable<Uint8Array> {
  return encodeParquet(rows, datedColumns(business_date));
}

function quoted(value: string | null): string {
  if (value === null) return '';
  return NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

async function* pieces(
  rows: AsyncIterable<TableRow>,
  first: string,
  lineOf: (row: TableRow) => string,
): AsyncIterable<string> {
  let piece = first;
  for await (const row of rows) {
    piece += lineOf(row);
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
