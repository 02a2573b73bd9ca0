/** What each day did to a document, by date. Contact details are masked. */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { A3RowField } from '../../agreements/table-a3/fields.ts';
import { shownValue } from '../../agreements/table-a3/findings.ts';
import type { HeldReason, NamespaceCounts } from '../../job/contracts.ts';
import { isListedWhole } from '../../job/gates.ts';
import { attemptOfManifest } from '../../publish/attempt-files.ts';
import type { RowDifference } from '../../publish/history/diff-days.ts';
import type { DocumentDay, DocumentState } from '../../publish/history/document-history.ts';
import { type DayEventKind, explainDay, type Reason } from '../../publish/history/explain-day.ts';
import type { HistoryDay } from '../../publish/history/published-days.ts';
import type { ChangeLine } from '../../publish/published.ts';
import { type Between, isWithin, type MissingDays } from './day-range.ts';
import { type ExplainedFinding, explainFinding } from './mending.ts';

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

interface Doubt {
  readonly date: string;
  readonly run: string;
  readonly namespace: string;
  readonly count: number;
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
   * Of a day that tells nothing of the document itself: so many rows of its namespace could not be read, and so many of them
   * look like it. It may be any of them.
   */
  | ({ readonly type: 'unreadable_rows'; readonly alike: number } & Doubt)
  /** Likewise, of days that do not list them: so many removals were held back. Which documents these are is kept nowhere. */
  | ({ readonly type: 'removals_held' } & Doubt)
  /** Tables in a row, the newest apart, on which it stood rejected as it was. */
  | { readonly type: 'standing'; readonly date: string; readonly to: string; readonly tables: number }
  | ({ readonly type: 'no_table'; readonly date: string } & MissingDays);

export interface TimeLineContext {
  readonly between: Between | null;
  readonly missing: readonly MissingDays[];
}

/**
 * @param history the newest first
 * @returns by date, the oldest first
 */
export function tellTimeLine(
  namespace: string,
  history: readonly DocumentDay[],
  { between, missing }: TimeLineContext,
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
function doubtsOf({ day, alike }: DocumentDay, counts: NamespaceCounts | undefined): readonly TimeLineEntry[] {
  if (counts === undefined) return [];
  const { namespace, unreadable, removals_held } = counts;
  const { business_date: date, run, held_removals } = day.manifest;
  const about = { date, run, namespace };
  const doubts: TimeLineEntry[] = [];
  if (unreadable > 0) doubts.push({ type: 'unreadable_rows', ...about, count: unreadable, alike });
  if (held_removals === undefined && removals_held > 0)
    doubts.push({ type: 'removals_held', ...about, count: removals_held });
  return doubts;
}

function findingsOf(kind: DayEventKind, { rejected, unreadable }: DocumentState): readonly ExplainedFinding[] {
  if (kind === 'unreadable') return unreadable.flatMap(({ findings }) => findings.map(explainFinding));
  return kind === 'rejected' || kind === 'rejected_again' ? (rejected?.findings ?? []).map(explainFinding) : [];
}

/** In the table, or rejected. */
export function isStanding({ rows, rejected }: DocumentState): boolean {
  return rows.length > 0 || rejected !== null;
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
