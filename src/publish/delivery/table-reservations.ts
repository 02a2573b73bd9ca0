/** What is known to be wanting in a Table A-3, for whoever hands it over. From its manifest and its ledger alone. */
import { type A3RowField, MANDATORY_FIELDS, ROW_FIELDS } from '../../agreements/table-a3/fields.ts';
import type { Acceptance } from '../../job/acceptances.ts';
import type { CarriedOver } from '../../job/contracts.ts';
import type { Ledger, Manifest } from '../published.ts';

export interface TableReservations {
  /** Rows without a field that every agreement has, by field; `null`: tables of before fields were counted do not say. */
  readonly empty_mandatory: Readonly<Partial<Record<A3RowField, number>>> | null;
  /** Rows as they were before their document was rejected. */
  readonly stale_rows: number;
  /** Of these, those that had rows before stand in the table as stale ones. */
  readonly rejected_documents: number;
  /** Lines of Lex that could not be read. */
  readonly unreadable_lines: number;
  /** What operators accepted for the run that made the table. */
  readonly accepted: readonly Acceptance[];
  /** Namespaces of which the run read nothing. */
  readonly carried_over: readonly CarriedOver[];
}

export function tableReservations(
  { fill_rates: fill, overrides, carried_over = [] }: Manifest,
  { rows, rejected_now, unreadable_now, accepted }: Ledger,
): TableReservations {
  return {
    empty_mandatory: fill === undefined ? null : emptyMandatory(fill),
    stale_rows: rows.stale,
    rejected_documents: rejected_now - unreadable_now,
    unreadable_lines: unreadable_now,
    accepted: accepted ?? overrides.map((override) => ({ ...override, needed: null, evidence: null })),
    carried_over,
  };
}

function emptyMandatory({ rows, filled }: NonNullable<Manifest['fill_rates']>): TableReservations['empty_mandatory'] {
  const empty = ROW_FIELDS.filter((field) => MANDATORY_FIELDS.has(field) && filled[field] < rows);
  return Object.fromEntries(empty.map((field) => [field, rows - filled[field]]));
}
