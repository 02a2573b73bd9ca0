/** Business days that a run of a later date would leave without a table. */
import { PermanentError } from '../errors.ts';
import { addDays, parseExecutionName } from '../job/business-date.ts';
import type { JobInput } from '../job/job-input.ts';
import type { JobStats } from '../stores/job-stats.ts';
import type { BusinessDays } from './business-days.ts';
import { count, plural } from './terminal/figures.ts';

/** Days looked up one by one, and named: the first ones where a date is refused, else the last ones. */
const MAX_NAMED = 10;
/** One day may be missed and made up for; more are a date that was mistyped, or a job that stood still. */
const MAX_LEFT_BEHIND = 1;

type Runs = Pick<JobStats, 'getLock' | 'listRuns'>;

export interface DatesLeftBehind {
  /** Date of the table in force; `null`: there is none. */
  readonly asOf: string | null;
  /** All of them, those that have a table for another reason included, ascending. */
  readonly days: readonly string[];
  /** Of the last of them. */
  readonly interrupted: readonly string[];
  readonly without: readonly string[];
}

/** Nothing is left behind where the date is the next business day after the table in force, or before it. */
export async function findDatesLeftBehind(
  date: string,
  jobStats: Runs,
  { calendar }: Pick<BusinessDays, 'calendar'>,
): Promise<DatesLeftBehind> {
  const { as_of: asOf, owner } = await jobStats.getLock();
  // On AWS the owner is the ARN of the execution.
  const held = parseExecutionName(owner?.split(':').at(-1) ?? '')?.business_date ?? null;
  const isBehind = (day: string | null): day is string => day !== null && day < date && (asOf === null || day > asOf);
  const skipped =
    asOf === null ? [] : calendar.missing(new Set(), { first: addDays(asOf, 1), last: addDays(date, -1) });
  const days = [...new Set([...skipped, ...(isBehind(held) ? [held] : [])])].sort();
  const last = days.slice(-MAX_NAMED);
  const states = await Promise.all(last.map((day) => stateOf(day, jobStats)));
  const interrupted = last.filter((_, i) => states[i] === 'interrupted');
  return { asOf, days, interrupted, without: last.filter((_, i) => states[i] === 'none') };
}

/** Sentences; none where nothing is left behind. */
export function remarksOnDatesLeftBehind(date: string, found: DatesLeftBehind): readonly string[] {
  const { days, interrupted, without } = found;
  const unnamed = days.length - Math.min(days.length, MAX_NAMED);
  return [
    ...interrupted.map((day) => `${day} has no table: its run was interrupted. ${afterwards(date, 1)}`),
    ...(without.length === 0 ? [] : [skippedText(date, without, unnamed)]),
  ];
}

/**
 * A date that is no business day, or leaves more than one without a table, is more often mistyped than meant: every day that it
 * passes over could be made afterwards with an operator's word alone. The first table of all may be of any date.
 * @param commandOf the command that makes the table of a date
 * @throws PermanentError `DATE_UNEXPECTED`, unless the date was accepted
 */
export async function checkExpected(
  { business_date: date, overrides }: Pick<JobInput, 'business_date' | 'overrides'>,
  found: DatesLeftBehind,
  jobStats: Runs,
  { calendar }: Pick<BusinessDays, 'calendar'>,
  commandOf: (date: string) => string,
): Promise<void> {
  const { asOf } = found;
  if (asOf === null || date <= asOf || overrides.some(({ accept }) => accept === 'date')) return;
  const closed = calendar.whyClosed(date);
  const named = await firstWithout(found, jobStats);
  const total = named.length + Math.max(0, found.days.length - MAX_NAMED);
  if (closed === null && total <= MAX_LEFT_BEHIND) return;
  const sentences = closed === null ? [] : [`${date} is ${closed}, no business day.`];
  if (total > 0) {
    const more = total > named.length ? `, and ${count(total - named.length)} after them` : '';
    const list = `${named.join(', ')}${more}`;
    sentences.push(
      `${plural(total, 'business day')} between the last table, ${asOf}, and ${date} would have none: ${list}.`,
    );
  }
  const first = named[0] ?? (closed === null ? null : calendar.next(asOf));
  const command = first === null ? {} : { first, command: commandOf(first) };
  throw new PermanentError('DATE_UNEXPECTED', sentences.join(' '), {
    business_date: date,
    last_table: asOf,
    ...command,
  });
}

/** Of the first days, those that have no table. */
async function firstWithout({ days }: DatesLeftBehind, jobStats: Runs): Promise<readonly string[]> {
  const first = days.slice(0, MAX_NAMED);
  const states = await Promise.all(first.map((day) => stateOf(day, jobStats)));
  return first.filter((_, i) => states[i] !== 'published');
}

function skippedText(date: string, days: readonly string[], unnamed: number): string {
  const total = days.length + unnamed;
  const more = unnamed === 0 ? '' : `, and ${count(unnamed)} before them`;
  const have = total === 1 ? 'has' : 'have';
  return `${plural(total, 'business day')} before ${date} ${have} no table: ${days.join(', ')}${more}. ${afterwards(date, total)}`;
}

function afterwards(date: string, days: number): string {
  return `Once ${date} is published, ${days === 1 ? 'it needs' : 'they need'} --accept date.`;
}

/** A later day than the table in force may have a table all the same: an operator had an earlier date published after it. */
async function stateOf(day: string, jobStats: Runs): Promise<'published' | 'interrupted' | 'none'> {
  let state: 'interrupted' | 'none' = 'none';
  for await (const { status } of jobStats.listRuns({ business_date: day })) {
    if (status === 'succeeded' || status === 'published_incomplete') return 'published';
    state = status === 'running' ? 'interrupted' : 'none';
  }
  return state;
}
