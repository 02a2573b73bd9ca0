/**
 * What becomes of one document: what stood in the base, and today's result, give what is published. Pure.
 *   valid       its rows replace the document's rows; no longer rejected, no longer stale
 *   rejected    the rows that stand stay, stale since today unless they were already; the rejected entry is replaced
 *   removed     rows and rejected entry are dropped
 *   touched, or no result: everything stays as it stood
 */
import type { ChangeLine, RejectedEntry, RejectedEntryWithText, TableRow } from './published.ts';
import { separateText } from './rejected-text.ts';
import type { RejectedLine, RemovedLine, TouchedLine, ValidLine } from './slice-output.ts';
import { compareKeys, differences, type StoredRow, storedRow, tableRow } from './table-row.ts';

export interface MergeContext {
  readonly business_date: string;
  /** Execution name. */
  readonly run: string;
}

/** A rejected entry with its line as stored, and the line of its text. */
export interface StoredReject {
  readonly line: string;
  readonly entry: RejectedEntry;
  readonly text: string;
}

export interface StandingDocument {
  readonly namespace: string;
  /** In the order of {@link compareKeys}. */
  readonly rows: readonly StoredRow[];
  readonly rejected: StoredReject | null;
}

export type DocumentResult = ValidLine | RejectedLine | TouchedLine | RemovedLine;

export interface MergedDocument {
  readonly rows: readonly StoredRow[];
  readonly rejected: StoredReject | null;
  readonly changes: readonly ChangeLine[];
}

export function mergeDocument(
  standing: StandingDocument,
  result: DocumentResult | null,
  context: MergeContext,
): MergedDocument {
  switch (result?.op) {
    case 'valid': {
      const rows = result.rows.map((row) => storedRow(tableRow(standing.namespace, context.run, result, row)));
      rows.sort((a, b) => compareKeys(a.row, b.row));
      return { rows, rejected: null, changes: compareRows(standing.rows, rows, result.status) };
    }
    case 'rejected': {
      const rows = standing.rows.map((stored) => asStale(stored, context.business_date));
      const rejected = storedReject(rejectedEntry(standing.namespace, result, context));
      return { rows, rejected, changes: compareRows(standing.rows, rows, 'rejected') };
    }
    case 'removed':
      return { rows: [], rejected: null, changes: compareRows(standing.rows, [], 'removed') };
    default:
      return { rows: standing.rows, rejected: standing.rejected, changes: [] };
  }
}

export function storedReject(rejected: RejectedEntryWithText): StoredReject {
  const { entry, text } = separateText(rejected);
  return { line: JSON.stringify(entry), entry, text: JSON.stringify(text) };
}

function asStale(stored: StoredRow, business_date: string): StoredRow {
  const { row } = stored;
  if (row.lineage.stale_since !== null) return stored;
  return storedRow({ ...row, lineage: { ...row.lineage, stale_since: business_date } });
}

function rejectedEntry(namespace: string, line: RejectedLine, context: MergeContext): RejectedEntryWithText {
  return {
    namespace,
    lex_id: line.lex_id,
    place: line.lex_id,
    kind: 'document',
    since: context.business_date,
    run: context.run,
    fingerprint: line.fingerprint,
    findings: line.findings,
    uses: line.uses,
    raw: line.raw,
    raw_encoding: 'utf-8',
  };
}

/** The change log of one document: both lists ascend by key, rows with the same key are the same row. */
function compareRows(
  from: readonly StoredRow[],
  to: readonly StoredRow[],
  cause: ChangeLine['cause'],
): readonly ChangeLine[] {
  const changes: ChangeLine[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const old = from[i]?.row;
    const now = to[j]?.row;
    const order = old === undefined ? 1 : now === undefined ? -1 : compareKeys(old, now);
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
    const change = order === 0 ? changed(old!, now!, cause) : whole(order < 0 ? old! : now!, order < 0, cause);
    if (change !== null) changes.push(change);
  }
  return changes;
}

function changed(old: TableRow, now: TableRow, cause: ChangeLine['cause']): ChangeLine | null {
  const fields = differences(old, now);
  const from = old.lineage.stale_since;
  const to = now.lineage.stale_since;
  const stale = from === to ? null : { from, to };
  // Made anew with the same values: the row's lineage tells, the table has not changed.
  if (stale === null && Object.keys(fields).length === 0) return null;
  return changeLine('changed', now, cause, fields, stale);
}

function whole(row: TableRow, isRemoved: boolean, cause: ChangeLine['cause']): ChangeLine {
  return changeLine(isRemoved ? 'removed' : 'added', row, cause, {}, null);
}

function changeLine(
  change: ChangeLine['change'],
  row: TableRow,
  cause: ChangeLine['cause'],
  fields: ChangeLine['fields'],
  stale: ChangeLine['stale'],
): ChangeLine {
  const { namespace, lex_id } = row;
  const key = { 'A3.2': row['A3.2'], 'A3.3': row['A3.3'], 'A3.6': row['A3.6'] };
  return { change, namespace, lex_id, ...key, cause, fields, stale };
}
