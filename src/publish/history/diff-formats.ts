/** Differences between two tables as people and machines take them. They hold what the table holds, contact details too. */
import { csvLine } from '../table-formats.ts';
import type { RowDifference } from './diff-days.ts';

const CSV_COLUMNS = ['change', 'namespace', 'lex_id', 'A3.2', 'A3.3', 'A3.6', 'field', 'from', 'to'] as const;
const STALE = 'stale_since';

/** Text is handed on in pieces of about this many characters. */
const PIECE_CHARS = 64 * 1024;

/** One difference a line, as a change log has it, without the cause. */
export function ndjsonDifferences(found: AsyncIterable<RowDifference>): AsyncIterable<string> {
  return pieces(found, '', (difference) => `${JSON.stringify(difference)}\n`);
}

/**
 * RFC 4180 with CRLF and a header row: one line a field that differs, or a row that was added or removed (without a field).
 * Of a row that turned stale, or current again, the field is `stale_since`.
 */
export function csvDifferences(found: AsyncIterable<RowDifference>): AsyncIterable<string> {
  return pieces(found, csvLine(CSV_COLUMNS), csvLines);
}

async function* pieces(
  found: AsyncIterable<RowDifference>,
  first: string,
  textOf: (difference: RowDifference) => string,
): AsyncIterable<string> {
  let piece = first;
  for await (const difference of found) {
    piece += textOf(difference);
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function csvLines({ change, namespace, lex_id, fields, stale, ...key }: RowDifference): string {
  const row = [change, namespace, lex_id, key['A3.2'], key['A3.3'], key['A3.6']];
  const differing = [...Object.entries(fields), ...(stale === null ? [] : [[STALE, stale] as const])];
  if (differing.length === 0) return csvLine([...row, null, null, null]);
  return differing.map(([field, { from, to }]) => csvLine([...row, field, from, to])).join('');
}
