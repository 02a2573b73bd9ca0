/** What the commands printed, read as a user's own program would read it. */
import { FIELDS, type Row, rowLine } from './model/row.ts';

/** @throws when a line is not an object of exactly the 20 keys, in order */
export function readTable(ndjson: string): string[] {
  return ndjson
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const row = JSON.parse(line) as Row;
      if (Object.keys(row).join() !== FIELDS.join()) throw new Error(`Keys of a row: ${Object.keys(row).join()}`);
      if (Object.values(row).some((value) => value !== null && typeof value !== 'string'))
        throw new Error(`Values: ${line}`);
      return rowLine(row);
    });
}

/** The cells of `as-of --format csv` (RFC 4180), the header first. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (match[0] === '' && row.length === 0) break;
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

/** The cells of `as-of --format flat`: columns separated by `~`, nothing quoted. */
export function readFlat(text: string): string[][] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.split('~'));
}

/** What both other formats have to hold for the rows of the first. */
export function cellsOf(table: readonly string[]): string[][] {
  return [[...FIELDS], ...table.map((line) => FIELDS.map((field) => (JSON.parse(line) as Row)[field] ?? ''))];
}

interface RejectedReport {
  readonly rules: readonly {
    readonly reasons: readonly { readonly namespace: string; readonly lex_id: string | null }[];
  }[];
}

/** `namespace id` of each document that `rejected --json` names. */
export function readRejected(json: string): Set<string> {
  const { rules } = JSON.parse(json) as RejectedReport;
  return new Set(rules.flatMap(({ reasons }) => reasons.map(({ namespace, lex_id }) => `${namespace} ${lex_id}`)));
}
