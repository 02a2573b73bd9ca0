/**
 * The columns of a shard's Parquet file, in order. Names hold no dots and no capitals, because Athena and Hive take neither:
 * `a3_12_1` is A3.12.1. A3.1 is no column: it is the `as_of` of the folder.
 */
import { type A3Field, ROW_FIELDS } from '../../agreements/table-a3/fields.ts';
import type { TableRow } from '../published.ts';

/** `date`: days since 1970-01-01, made of `YYYY-MM-DD`. `integer`: 32 bits. */
export type ColumnType = 'text' | 'date' | 'integer';

export interface TableColumn {
  readonly name: string;
  /** The field of Table A-3, `null` for keys and lineage. */
  readonly field: A3Field | null;
  /** What a key or lineage column says, as a sentence; `null` for a field: `official-table.ts` tells. */
  readonly description: string | null;
  readonly type: ColumnType;
  /** Never null. */
  readonly isRequired: boolean;
  /** Nearly every row has a value of its own, so a dictionary would only cost. Only for text. */
  readonly isDistinct: boolean;
  readonly read: (row: TableRow) => string | number | null;
}

/** A3.1: the name of its hive partition, `as_of=<date>`. */
export const AS_OF_COLUMN = 'as_of';

/** `A3.12.1` → `a3_12_1`. */
export function columnName(field: A3Field): string {
  return field.toLowerCase().replaceAll('.', '_');
}

const fieldColumns = ROW_FIELDS.map(
  (field): TableColumn => ({
    name: columnName(field),
    field,
    description: null,
    type: field === 'A3.5' ? 'date' : 'text',
    isRequired: false,
    isDistinct: field === 'A3.3',
    read: (row) => row[field],
  }),
);

function ownColumn(
  name: string,
  description: string,
  read: TableColumn['read'],
  options: { readonly type?: ColumnType; readonly isRequired?: boolean; readonly isDistinct?: boolean } = {},
): TableColumn {
  const { type = 'text', isRequired = true, isDistinct = false } = options;
  return { name, field: null, description, type, isRequired, isDistinct, read };
}

export const TABLE_COLUMNS: readonly TableColumn[] = [
  ...fieldColumns,
  ownColumn('namespace', 'Namespace of Lex that the document is from.', (row) => row.namespace),
  ownColumn('lex_id', 'Identifier of the document in its namespace.', (row) => row.lex_id, { isDistinct: true }),
  ownColumn(
    'content_hash',
    'SHA-256 of what the document says, in canonical form.',
    ({ lineage }) => lineage.content_hash,
    { isDistinct: true },
  ),
  ownColumn('hash_scheme', 'How the content hash is made.', ({ lineage }) => lineage.hash_scheme, { type: 'integer' }),
  ownColumn(
    'mapping_version',
    'Version of the mapping, and of the rules in force, that made the row.',
    ({ lineage }) => lineage.mapping_version,
  ),
  ownColumn('run', 'Run that made the row.', ({ lineage }) => lineage.run),
  ownColumn(
    'stale_since',
    'Business date since which the document is rejected, so that the row is older than it; null: the row is current.',
    ({ lineage }) => lineage.stale_since,
    { type: 'date', isRequired: false },
  ),
  ownColumn('full_name', 'The whole name where A3.4 was cut, else null.', ({ lineage }) => lineage.full_name, {
    isRequired: false,
  }),
];

/** The columns of a table that stands outside a folder that tells its date: A3.1 first, under the name that folders have. */
export function datedColumns(business_date: string): readonly TableColumn[] {
  const asOf: TableColumn = {
    name: AS_OF_COLUMN,
    field: 'A3.1',
    description: null,
    type: 'date',
    isRequired: true,
    isDistinct: false,
    read: () => business_date,
  };
  return [asOf, ...TABLE_COLUMNS];
}
