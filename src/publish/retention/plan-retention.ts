/** Which dates are kept, why, and what goes. Pure: the same inventory, policy and state give the same plan. */
import { BusinessCalendar, NO_HOLIDAYS } from '../../job/business-calendar.ts';
import { addDays } from '../../job/business-date.ts';
import type { AttemptId } from '../../job/contracts.ts';

import { MINIMUM_TABLES, type RetentionPolicy } from '../../job/retention-policy.ts';
import type { AttemptFiles, FileCount, Inventory } from './inventory.ts';

/**
 * Why a date is kept: `head` is the table in force, `base` the one that it was made from, `running` is being worked on,
 * `minimum` one of the newest tables of weekdays, `days` not old enough, `month_end` the last table of its month.
 */
export type KeptBy = 'held' | 'head' | 'base' | 'running' | 'minimum' | 'days' | 'month_end';

export interface RetentionState {
  /** The head, and its base; `null`: there is none. */
  readonly head: AttemptId | null;
  readonly base: AttemptId | null;
  /** Holder of the lock, whether or not it is alive. */
  readonly running: AttemptId | null;
  readonly held: ReadonlySet<string>;
}

export interface DatePlan {
  readonly business_date: string;
  /** None: it goes. */
  readonly kept_by: readonly KeptBy[];
  /** Whether its raw texts stay, if it has any. */
  readonly keeps_texts: boolean;
  /** With a manifest, or half-deleted. */
  readonly tables: readonly AttemptFiles[];
}

export interface RetentionPlan {
  /** Newest published date, from which ages count; `null`: nothing is published, and nothing goes. */
  readonly newest: string | null;
  /** Every date with a table, ascending. */
  readonly dates: readonly DatePlan[];
  /** Tables that go: all of the dates that nothing keeps, and those whose deletion was begun and has to be finished. */
  readonly going: readonly AttemptFiles[];
  /** Tables that stay, and whose raw texts go. */
  readonly texts: readonly AttemptFiles[];
  /** Attempts whose records go. */
  readonly records: readonly AttemptFiles[];
  /** Attempts that failed before they had a manifest, and go. */
  readonly failed: readonly AttemptFiles[];
}

export function planRetention(
  { attempts }: Pick<Inventory, 'attempts'>,
  state: RetentionState,
  policy: RetentionPolicy,
): RetentionPlan {
  const tables = attempts.filter(isTable);
  const published = tables.filter(({ hasManifest }) => hasManifest).map(({ business_date }) => business_date);
  const newest = published.at(-1) ?? null;
  if (newest === null) return { newest, dates: [], going: [], texts: [], records: [], failed: [] };
  const reasons = reasonsToKeep([...new Set(published)], newest, state, policy);
  const dates = [...Map.groupBy(tables, ({ business_date }) => business_date)].map(([business_date, tables]) => {
    const isWhole = tables.some(({ hasManifest }) => hasManifest);
    // What is half deleted is finished: only a hold stops it, and tells that somebody should look at what is left.
    const kept_by = isWhole ? reasons(business_date) : state.held.has(business_date) ? HELD : [];
    const isYoung = business_date >= addDays(newest, -policy.rawTextDays);
    const keeps_texts = kept_by.length > 0 && (isYoung || kept_by.some((reason) => KEEPS_TEXTS.has(reason)));
    return { business_date, kept_by, keeps_texts, tables };
  });
  // Raw texts stand in what a table was made of, too.
  const firstKept = addDays(newest, -Math.min(policy.recordsDays, policy.rawTextDays));
  const isOld = (attempt: AttemptFiles) => attempt.business_date < firstKept && !isInUse(attempt, state);
  const old = attempts.filter(isOld);
  return {
    newest,
    dates,
    going: dates.flatMap(({ kept_by, tables }) =>
      kept_by.length === 0 ? tables : tables.filter(({ hasManifest }) => !hasManifest && !kept_by.includes('held')),
    ),
    texts: dates.flatMap(({ kept_by, keeps_texts, tables }) => {
      if (kept_by.length === 0 || kept_by.some((reason) => KEEPS_TEXTS.has(reason))) return [];
      // A deletion that was decided is finished, though the rule may be another by now.
      const goes = (table: AttemptFiles) => table.hasManifest && (!keeps_texts || table.hasTextsRecord);
      return tables.filter((table) => table.texts.files > 0 && goes(table));
    }),
    records: old.filter(({ records }) => records.files > 0),
    failed: old.filter((attempt) => attempt.published.files > 0 && !isTable(attempt)),
  };
}

/** Without holidays, so that the job and everybody who looks after it come to the same plan. */
const WEEKDAYS = new BusinessCalendar(NO_HOLIDAYS);
const HELD: readonly KeptBy[] = ['held'];
/** A run carries over the texts of its base, and somebody who holds a date wants all of it. */
const KEEPS_TEXTS: ReadonlySet<KeptBy> = new Set(['held', 'head', 'base', 'running']);

export function sumFiles(counts: readonly FileCount[]): FileCount {
  return counts.reduce((sum, { files, bytes }) => ({ files: sum.files + files, bytes: sum.bytes + bytes }), {
    files: 0,
    bytes: 0,
  });
}

/** Half-deleted ones count: they were tables, and their deletion is to be finished. */
function isTable({ hasManifest, hasDeletionRecord, published }: AttemptFiles): boolean {
  return hasManifest || (hasDeletionRecord && published.files > 0);
}

/** The head's records are read until its hashes are written; a run's own until it ends. */
function isInUse({ business_date, attempt }: AttemptId, { head, running }: RetentionState): boolean {
  return [head, running].some((used) => used?.business_date === business_date && used.attempt === attempt);
}

/** @param published ascending, each once */
function reasonsToKeep(
  published: readonly string[],
  newest: string,
  state: RetentionState,
  policy: RetentionPolicy,
): (date: string) => readonly KeptBy[] {
  const minimum = published.filter((date) => WEEKDAYS.isBusinessDay(date)).at(-MINIMUM_TABLES) ?? published[0]!;
  const firstKept = addDays(newest, -policy.days);
  const monthEnds = lastDatesOfMonths(published, newest, policy.monthEnds);
  return (date) => {
    const kept: KeptBy[] = [];
    if (state.held.has(date)) kept.push('held');
    if (state.head?.business_date === date) kept.push('head');
    if (state.base?.business_date === date) kept.push('base');
    if (state.running?.business_date === date) kept.push('running');
    if (date >= minimum) kept.push('minimum');
    if (date >= firstKept) kept.push('days');
    if (monthEnds.has(date)) kept.push('month_end');
    return kept;
  };
}

/** Of the months before the newest date's, so many of them, whether or not each has a table. */
function lastDatesOfMonths(published: readonly string[], newest: string, months: number): ReadonlySet<string> {
  const month = monthNumber(newest);
  const last = new Map(published.map((date) => [monthNumber(date), date]));
  return new Set([...last].filter(([number]) => number < month && number >= month - months).map(([, date]) => date));
}

function monthNumber(date: string): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
}
