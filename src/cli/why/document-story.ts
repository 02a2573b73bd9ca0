/** All that is told of one document: what stands now, what it is made of, and its time line. Contact details are masked. */
import type { Use } from '../../agreements/look-up-items.ts';
import type { NamespaceModule } from '../../agreements/namespaces/namespace-module.ts';
import { type A3Values, ROW_FIELDS } from '../../agreements/table-a3/fields.ts';
import { shownValue } from '../../agreements/table-a3/findings.ts';
import type { Finding } from '../../agreements/transformed.ts';
import type { HeldReason } from '../../job/contracts.ts';
import type { DocumentDay, DocumentState } from '../../publish/history/document-history.ts';
import { type Basis, basisOfReject, basisOfRows, mappingParts } from '../../publish/history/explain-day.ts';
import type { FoundDocument } from '../../publish/history/find-agreement.ts';
import type { HistoryDay } from '../../publish/history/published-days.ts';
import type { TextOfReject } from '../../publish/history/text-of-reject.ts';
import type { Place, TableRow } from '../../publish/published.ts';
import { type Between, isWithin } from './day-range.ts';
import { type ExplainedFinding, explainFinding } from './mending.ts';
import { isStanding, type TimeLineContext, type TimeLineEntry, tellTimeLine } from './time-line.ts';

/** `stale`: rejected, and its older rows stand. `unreadable`: never more than a row that could not be read. */
export type StoryState = 'published' | 'stale' | 'rejected' | 'removed' | 'unreadable';

export interface StoryRow {
  readonly values: A3Values;
  readonly full_name: string | null;
  readonly stale_since: string | null;
}

/** What a result was made of. */
export interface StoryOrigin {
  /** The run that transformed it. */
  readonly run: string;
  /** Of lexdelta; `null`: its day is not there any more. */
  readonly code_version: string | null;
  readonly mapping_version: string;
  /** Version of the namespace's module, and the digest of the rules in force. */
  readonly module: string;
  readonly rules: string;
  readonly content_hash: string;
  readonly hash_scheme: number;
  /** Members of the document that the content hash leaves out; `null`: its namespace's module is not known here. */
  readonly left_out: readonly string[] | null;
  readonly uses: readonly Use[];
}

export interface DocumentStory extends Place {
  readonly found_by: FoundDocument['found_by'];
  /** Of the table last published, of those that are looked at: what stands is told of this one. */
  readonly as_of: string;
  /** The newest date of a table that is looked at: another where that was published before. */
  readonly newest_date: string;
  readonly state: StoryState;
  readonly rows: readonly StoryRow[];
  /** What the rows were made with; `null`: not known. */
  readonly warnings: readonly ExplainedFinding[] | null;
  readonly rejected: {
    /** First day of those in a row on which it is rejected, as far as days are looked at. */
    readonly standing_since: string;
    /** Of its last result. */
    readonly since: string;
    readonly run: string;
    readonly findings: readonly ExplainedFinding[];
    readonly text: TextOfReject | null;
  } | null;
  /** Why its removal was held back on that day; `null`: it was not. */
  readonly held: HeldReason | null;
  /** Of the rows that stand, older ones of a rejected document too; `null` without rows. */
  readonly row_origin: StoryOrigin | null;
  /** Of the document that is rejected. */
  readonly rejection_origin: StoryOrigin | null;
  /** The oldest first. */
  readonly time_line: readonly TimeLineEntry[];
}

export interface StoryContext extends TimeLineContext {
  readonly modules: ReadonlyMap<string, NamespaceModule>;
  /** Of the document that is rejected on the newest day; `null`: it is not. */
  readonly text: TextOfReject | null;
}

/** @param history the newest first; @param warnings of the rows that stand, `null`: not known */
export function tellStory(
  document: FoundDocument,
  history: readonly DocumentDay[],
  warnings: readonly Finding[] | null,
  context: StoryContext,
): DocumentStory {
  const { namespace, lex_id, found_by } = document;
  const { day, state, held } = history[0]!;
  const days = history.map((one) => one.day);
  const { rejected } = state;
  return {
    namespace,
    lex_id,
    found_by,
    as_of: day.manifest.business_date,
    newest_date: newestDate(days, context.between),
    state: stateOf(state, history),
    rows: state.rows.map(storyRow),
    warnings: warnings?.map(explainFinding) ?? null,
    rejected:
      rejected === null
        ? null
        : {
            standing_since: rejectedSince(history, rejected.since),
            since: rejected.since,
            run: rejected.run,
            findings: rejected.findings.map(explainFinding),
            text: context.text,
          },
    held,
    row_origin: rowOrigin(namespace, state, days, context),
    rejection_origin: rejectionOrigin(namespace, state, days, context),
    time_line: tellTimeLine(namespace, history, context),
  };
}

function newestDate(days: readonly HistoryDay[], between: Between | null): string {
  const dates = days.map(({ manifest }) => manifest.business_date).filter((date) => isWithin(date, between));
  return dates.sort().at(-1)!;
}

function stateOf({ rows, rejected }: DocumentState, history: readonly DocumentDay[]): StoryState {
  if (rejected !== null) return rows.length > 0 ? 'stale' : 'rejected';
  if (rows.length > 0) return 'published';
  return history.some(({ state }) => isStanding(state)) ? 'removed' : 'unreadable';
}

function rejectedSince(history: readonly DocumentDay[], since: string): string {
  const end = history.findIndex(({ state }) => state.rejected === null);
  const oldest = (end < 0 ? history : history.slice(0, end)).at(-1)?.state.rejected?.since ?? since;
  return oldest < since ? oldest : since;
}

function storyRow(row: TableRow): StoryRow {
  const values = ROW_FIELDS.map((field) => [field, shownValue(field, row[field])]);
  const { full_name, stale_since } = row.lineage;
  return { values: Object.fromEntries(values) as A3Values, full_name, stale_since };
}

type OriginArguments = readonly [days: readonly HistoryDay[], context: StoryContext];

function rowOrigin(namespace: string, { rows }: DocumentState, ...rest: OriginArguments): StoryOrigin | null {
  const [first] = rows;
  return first === undefined ? null : originOf(namespace, first.lineage.run, basisOfRows(rows), ...rest);
}

function rejectionOrigin(namespace: string, { rejected }: DocumentState, ...rest: OriginArguments): StoryOrigin | null {
  const basis = rejected === null ? null : basisOfReject(rejected);
  return rejected === null || basis === null ? null : originOf(namespace, rejected.run, basis, ...rest);
}

function originOf(namespace: string, run: string, basis: Basis, ...[days, { modules }]: OriginArguments): StoryOrigin {
  const { content_hash, hash_scheme, mapping_version, uses } = basis;
  return {
    run,
    code_version: days.find(({ manifest }) => manifest.run === run)?.manifest.code_version ?? null,
    mapping_version,
    ...mappingParts(mapping_version),
    content_hash,
    hash_scheme,
    left_out: modules.get(namespace)?.volatileFields ?? null,
    uses,
  };
}
