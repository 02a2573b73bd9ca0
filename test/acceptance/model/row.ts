/** One row of Table A-3 as `as-of --format ndjson` prints it: 20 keys, strings or null, in this order. */
export const FIELDS = [
  'A3.1',
  'A3.2',
  'A3.3',
  'A3.4',
  'A3.5',
  'A3.6',
  'A3.6.1',
  'A3.7',
  'A3.8',
  'A3.9',
  'A3.10',
  'A3.11',
  'A3.12',
  'A3.12.1',
  'A3.12.2',
  'A3.12.3',
  'A3.13',
  'A3.14',
  'A3.15',
  'A3.16',
] as const;

export type Field = (typeof FIELDS)[number];
export type Row = Readonly<Record<Field, string | null>>;

/** The row as a line: keys in field order. */
export function rowLine(row: Row): string {
  return JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, row[field]])));
}

/** A table's key is (namespace, lex id, A3.2, A3.3, A3.6), each compared by its UTF-8 bytes. */
export function compareRows(a: Row, b: Row): number {
  return compareBytes(a['A3.2'], b['A3.2']) || compareBytes(a['A3.3'], b['A3.3']) || compareBytes(a['A3.6'], b['A3.6']);
}

export function compareBytes(a: string | null, b: string | null): number {
  return Buffer.compare(Buffer.from(a ?? ''), Buffer.from(b ?? ''));
}
