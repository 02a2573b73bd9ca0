/** What is known to be wanting in a Table A-3, for whoever hands it over. From its manifest and its ledger alone. */
import { type A3RowField, MANDATORY_FIELDS, ROW_FIELDS } from '../../agreements/table-a3/fields.ts';
import type { Acceptance } from '../../job/acceptances.ts';
import type { CarriedOver, NamespaceCounts } from '../../job/contracts.ts';
import { documentsRead, isListedWhole } from '../../job/gates.ts';
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
  /** Documents that Lex lists no more, and that stay: their removal was held back. */
  readonly removals_held: number;
  /** Documents of slices that failed: as they were before, if they were there. */
  readonly not_transformed: number;
  /** What operators accepted for the run that made the table. */
  readonly accepted: readonly Acceptance[];
  /** Namespaces with ids that nobody read: those documents are as they were before. Ascending. */
  readonly not_whole: readonly PartlyRead[];
  /** Namespaces of which the run read nothing, and whose rows are of before. Ascending. */
  readonly carried_over: readonly CarriedOver[];
}

export interface PartlyRead {
  readonly namespace: string;
  readonly documents_read: number;
  /** That Lex counted; `null`: it did not say. */
  readonly total_docs: number | null;
}

export function tableReservations(
  { fill_rates: fill, overrides, query, carried_over = [] }: Manifest,
  { namespaces, rows, rejected_now, unreadable_now, accepted }: Ledger,
): TableReservations {
  const isCarriedOver = new Set(carried_over.map(({ namespace }) => namespace));
  return {
    empty_mandatory: fill === undefined ? null : emptyMandatory(fill),
    stale_rows: rows.stale,
    rejected_documents: rejected_now,
    unreadable_lines: unreadable_now,
    removals_held: namespaces.reduce((sum, { removals_held }) => sum + removals_held, 0),
    not_transformed: namespaces.reduce((sum, { not_transformed }) => sum + not_transformed, 0),
    accepted: accepted ?? overrides.map((override) => ({ ...override, needed: null, evidence: null })),
    not_whole: query.filter((one) => !isListedWhole(one) && !isCarriedOver.has(one.namespace)).map(partlyRead),
    carried_over,
  };
}

function partlyRead(counts: NamespaceCounts): PartlyRead {
  const { namespace, total_docs } = counts;
  return { namespace, documents_read: documentsRead(counts), total_docs };
}

function emptyMandatory({ rows, filled }: NonNullable<Manifest['fill_rates']>): TableReservations['empty_mandatory'] {
  const empty = ROW_FIELDS.filter((field) => MANDATORY_FIELDS.has(field) && filled[field] < rows);
  return Object.fromEntries(empty.map((field) => [field, rows - filled[field]]));
}
