/** All that is told of one document: what stands now, what it is made of, and its time line. Contact details are masked. */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { Use } from '../../agreements/look-up-items.ts';
import type { NamespaceModule } from '../../agreements/namespaces/namespace-module.ts';
import { type A3RowField, type A3Values, ROW_FIELDS } from '../../agreements/table-a3/fields.ts';
import { shownValue } from '../../agreements/table-a3/findings.ts';
import type { Finding } from '../../agreements/transformed.ts';
import type { HeldReason, NamespaceCounts } from '../../job/contracts.ts';
import { isListedWhole } from '../../job/gates.ts';
import { attemptOfManifest } from '../../publish/attempt-files.ts';
import type { RowDifference } from '../../publish/history/diff-days.ts';
import type { DocumentDay, DocumentState } from '../../publish/history/document-history.ts';
import {
  type Basis,
  basisOfReject,
  basisOfRows,
  type DayEventKind,
  explainDay,
  mappingParts,
  type Reason,
} from '../../publish/history/explain-day.ts';
import type { FoundDocument } from '../../publish/history/find-agreement.ts';
import type { HistoryDay } from '../../publish/history/published-days.ts';
import type { TextOfReject } from '../../publish/history/text-of-reject.ts';
import type { ChangeLine, Place, TableRow } from '../../publish/published.ts';
import { type Between, isWithin, type MissingDays } from './day-range.ts';
import { type ExplainedFinding, explainFinding } from './mending.ts';

/** `stale`: rejected, and its older rows stand. `unreadable`: never more than a row that could not be read. */
export type StoryState = 'published' | 'stale' | 'rejected' | 'removed' | 'unreadable';

export interface StoryEvent {
  readonly type: 'event';
  readonly date: string;
  readonly attempt: number;
  readonly run: string;
  /**
   * Date of the older table that it is compared with, where those in between were deleted: what is told happened on one of
   * their dates, or on this one. `null`: nothing lies in between.
   */
  readonly since: string | null;
  /** Date of the later table that the day was published after, and is built on; `null`: the usual order. */
  readonly published_after: string | null;
  /** Of `first`: date of the table that the day was built on, which is not there any more, as nothing older is. */
  readonly lost_base: string | null;
  /** The run that made the result; `null`: none did, as where a document was removed, or only its bytes differ. */
  readonly made_by: string | null;
  readonly event: DayEventKind;
  readonly rows: readonly RowDifference[];
  readonly reasons: readonly Reason[];
  readonly row_reasons: readonly Reason[];
  /** Of a day that rejected it, or could not read it. */
  readonly findings: readonly ExplainedFinding[];
}

export type TimeLineEntry =
  | StoryEvent
  /** Its namespace was not read whole, or not at all: what had changed in Lex may come later. */
  | { readonly type: 'not_read_whole' | 'not_in_run'; readonly date: string; readonly run: string }
  /** Known, and not listed by Lex any more: its removal was held back. */
  | {
      readonly type: 'removal_held';
      readonly date: string;
      readonly attempt: number;
      readonly run: string;
      readonly namespace: string;
      readonly reason: HeldReason;
    }
  /**
   * Of a day that tells nothing of the document itself: so many rows of its namespace could not be read, or, of days that do
   * not list them, so many removals were held back. Which documents these are is kept nowhere; it may be among them.
   */
  | {
      readonly type: 'unreadable_rows' | 'removals_held';
      readonly date: string;
      readonly run: string;
      readonly namespace: string;
      readonly count: number;
    }
  /** Tables in a row, the newest apart, on which it stood rejected as it was. */
  | { readonly type: 'standing'; readonly date: string; readonly to: string; readonly tables: number }
  | ({ readonly type: 'no_table'; readonly date: string } & MissingDays);

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

export interface StoryContext {
  readonly between: Between | null;
  readonly missing: readonly MissingDays[];
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
    time_line: timeLine(namespace, history, context),
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

function isStanding({ rows, rejected }: DocumentState): boolean {
  return rows.length > 0 || rejected !== null;
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

function timeLine(
  namespace: string,
  history: readonly DocumentDay[],
  { between, missing }: StoryContext,
): readonly TimeLineEntry[] {
  const gaps = missing.map((days): TimeLineEntry => ({ type: 'no_table', date: days.from, ...days }));
  const entries: TimeLineEntry[] = [];
  // Days come in the order of their publication, which is nearly always that of their dates.
  const byDate = [...history.entries()].reverse().sort(([, a], [, b]) => compareBytes(dateOf(a.day), dateOf(b.day)));
  for (const [i, one] of byDate) {
    const business_date = dateOf(one.day);
    if (!isWithin(business_date, between)) continue;
    const ofDay = entriesOfDay(namespace, before(history, i), one);
    while (gaps[0] !== undefined && gaps[0].date < business_date) entries.push(gaps.shift()!);
    entries.push(...ofDay);
    if (ofDay.length === 0 && i > 0 && one.state.rejected !== null) addStanding(entries, business_date);
  }
  return [...entries, ...gaps];
}

function addStanding(entries: TimeLineEntry[], to: string): void {
  const last = entries.at(-1);
  if (last?.type !== 'standing') entries.push({ type: 'standing', date: to, to, tables: 1 });
  else entries[entries.length - 1] = { ...last, to, tables: last.tables + 1 };
}

interface Before extends Pick<StoryEvent, 'since' | 'published_after'> {
  /** `null`: not known. */
  readonly state: DocumentState | null;
}

/** Where the base was deleted, the last table before it that is kept stands for it. */
function before(history: readonly DocumentDay[], i: number): Before {
  const { day } = history[i]!;
  const older = history[i + 1];
  if (day.base === 'none') return { state: NOTHING, since: null, published_after: null };
  if (older === undefined) return { state: null, since: null, published_after: null };
  const { state } = older;
  if (day.base === 'gone') return { state, since: dateOf(older.day), published_after: null };
  return { state, since: null, published_after: dateOf(older.day) > dateOf(day) ? dateOf(older.day) : null };
}

function dateOf({ manifest }: HistoryDay): string {
  return manifest.business_date;
}

const NOTHING: DocumentState = { rows: [], rejected: null, unreadable: [] };

function entriesOfDay(namespace: string, older: Before, now: DocumentDay): readonly TimeLineEntry[] {
  const { state, since, published_after } = older;
  const { business_date: date, attempt, run, query } = now.day.manifest;
  const entries: TimeLineEntry[] = [];
  const counts = query.find((one) => one.namespace === namespace);
  if (counts === undefined) {
    // Before its namespace was ever read there is nothing to tell.
    if (isStanding(now.state)) entries.push({ type: 'not_in_run', date, run });
  } else if (!isListedWhole(counts)) entries.push({ type: 'not_read_whole', date, run });
  if (now.held !== null) entries.push({ type: 'removal_held', date, attempt, run, namespace, reason: now.held });
  const maker = makerOf(now.state);
  const isMade = since === null ? maker === run : maker !== null && (state === null || makerOf(state) !== maker);
  const event = explainDay(state, isMade ? { ...now, day: { manifest: { run: maker! } } } : now);
  if (event === null) return isStanding(now.state) ? [...entries, ...doubtsOf(now, counts)] : entries;
  const { kind, rows, reasons, row_reasons } = event;
  // These two are of the day alone.
  const ofDay = kind === 'touched' || kind === 'unreadable';
  const lost_base = kind === 'first' ? baseDate(now.day) : null;
  const made_by = isMade ? maker : null;
  const about = { date, attempt, run, since: ofDay ? null : since, published_after, lost_base, made_by };
  const findings = findingsOf(kind, now.state);
  const masked = rows.map((row) => ({ ...row, fields: maskFields(row.fields) }));
  return [...entries, { type: 'event', ...about, event: kind, rows: masked, reasons, row_reasons, findings }];
}

function baseDate({ manifest: { base } }: HistoryDay): string | null {
  return base === null ? null : attemptOfManifest(base).business_date;
}

/** The run that made the last result; `null`: there is none. */
function makerOf({ rows, rejected }: DocumentState): string | null {
  return rejected?.run ?? rows[0]?.lineage.run ?? null;
}

/** What could hide that Lex changed or removed the document. */
function doubtsOf({ day }: DocumentDay, counts: NamespaceCounts | undefined): readonly TimeLineEntry[] {
  if (counts === undefined) return [];
  const { namespace, unreadable, removals_held } = counts;
  const { business_date: date, run } = day.manifest;
  const doubts = [
    { type: 'unreadable_rows', count: unreadable },
    { type: 'removals_held', count: day.manifest.held_removals === undefined ? removals_held : 0 },
  ] as const;
  return doubts.filter(({ count }) => count > 0).map(({ type, count }) => ({ type, date, run, namespace, count }));
}

function findingsOf(kind: DayEventKind, { rejected, unreadable }: DocumentState): readonly ExplainedFinding[] {
  if (kind === 'unreadable') return unreadable.flatMap(({ findings }) => findings.map(explainFinding));
  return kind === 'rejected' || kind === 'rejected_again' ? (rejected?.findings ?? []).map(explainFinding) : [];
}

/** The fields with their values as reports show them. */
export function maskFields(fields: ChangeLine['fields']): ChangeLine['fields'] {
  return Object.fromEntries(
    Object.entries(fields).map(([field, { from, to }]) => [
      field,
      { from: shownValue(field as A3RowField, from), to: shownValue(field as A3RowField, to) },
    ]),
  );
}
