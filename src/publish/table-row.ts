/** Rows of the table as they are made, written, ordered and compared. */
import { compareBytes } from '../agreements/byte-order.ts';
import { ROW_FIELDS } from '../agreements/table-a3/fields.ts';
import type { TransformedRow } from '../agreements/transformed.ts';
import type { ChangeLine, TableRow } from './published.ts';
import type { ValidLine } from './slice-output.ts';

/** A row together with its line in the shard, so that what does not change is copied and not written anew. */
export interface StoredRow {
  readonly line: string;
  readonly row: TableRow;
}

export function storedRow(row: TableRow): StoredRow {
  return { line: JSON.stringify(row), row };
}

export function parseStoredRow(line: string): StoredRow {
  return { line, row: JSON.parse(line) as TableRow };
}

/** The row of a valid result; its properties in the order of {@link TableRow}. */
export function tableRow(namespace: string, run: string, line: ValidLine, made: TransformedRow): TableRow {
  const values = Object.fromEntries(ROW_FIELDS.map((field) => [field, made.values[field]]));
  const { content_hash, hash_scheme, mapping_version } = line.fingerprint;
  return {
    ...(values as TransformedRow['values']),
    namespace,
    lex_id: line.lex_id,
    lineage: { content_hash, hash_scheme, mapping_version, run, stale_since: null, full_name: made.full_name },
    uses: made.uses.map(({ table, key, version }) => ({ table, key, version })),
  };
}

export type RowKey = Pick<TableRow, 'A3.2' | 'A3.3' | 'A3.6'>;

/** By A3.2, A3.3, A3.6: the order of the rows of one document. */
export function compareKeys(a: RowKey, b: RowKey): number {
  return (
    compareValues(a['A3.2'], b['A3.2']) || compareValues(a['A3.3'], b['A3.3']) || compareValues(a['A3.6'], b['A3.6'])
  );
}

/** The fields that differ, in field order. */
export function differences(from: TableRow, to: TableRow): ChangeLine['fields'] {
  const changed = ROW_FIELDS.filter((field) => from[field] !== to[field]);
  return Object.fromEntries(changed.map((field) => [field, { from: from[field], to: to[field] }]));
}

function compareValues(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareBytes(a, b);
}
