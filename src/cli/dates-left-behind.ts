/** Business days that a run of a later date would leave without a table. */
import { addDays, parseExecutionName } from '../job/business-date.ts';
import type { JobStats } from '../stores/job-stats.ts';
import type { BusinessDays } from './business-days.ts';
import { count, plural } from './terminal/figures.ts';

/** Days looked up one by one, and named. */
const MAX_NAMED = 10;

type Runs = Pick<JobStats, 'getLock' | 'listRuns'>;

/** Sentences; none where the date is the next business day after the table in force, or before it. */
export async function remarksOnDatesLeftBehind(
  date: string,
  jobStats: Runs,
  { calendar }: Pick<BusinessDays, 'calendar'>,
): Promise<readonly string[]> {
  const { as_of, owner } = await jobStats.getLock();
  // On AWS the owner is the ARN of the execution.
  const held = parseExecutionName(owner?.split(':').at(-1) ?? '')?.business_date ?? null;
  const isBehind = (day: string | null): day is string => day !== null && day < date && (as_of === null || day > as_of);
  const skipped =
    as_of === null ? [] : calendar.missing(new Set(), { first: addDays(as_of, 1), last: addDays(date, -1) });
  const days = [...new Set([...skipped, ...(isBehind(held) ? [held] : [])])].sort();
  const last = days.slice(-MAX_NAMED);
  const states = await Promise.all(last.map((day) => stateOf(day, jobStats)));
  const interrupted = last.filter((_, i) => states[i] === 'interrupted');
  const without = last.filter((_, i) => states[i] === 'none');
  const unnamed = days.length - last.length;
  return [
    ...interrupted.map((day) => `${day} has no table: its run was interrupted. ${afterwards(date, 1)}`),
    ...(without.length === 0 ? [] : [skippedText(date, without, unnamed)]),
  ];
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
