/** The work of `lexdelta runs`. */

import { localDate } from '../job/local-date.ts';
import { currentReport } from '../runtime/current-report.ts';
import type { JobData } from '../runtime/job-data.ts';
import type { RunReport } from '../runtime/run-report.ts';
import type { JobStatsRow } from '../stores/job-stats.ts';
import { readDate, readWhole } from './arguments.ts';
import { type BusinessDays, readBusinessDays } from './business-days.ts';
import type { Context, GlobalFlags } from './context.ts';
import { flagsForHints, placeOf } from './define-command.ts';
import { PROGRAM } from './program-name.ts';
import { count, duration, plural, utcTime } from './terminal/figures.ts';
import { renderTable } from './terminal/table.ts';
import { wrap } from './terminal/wrap.ts';
import { reservations } from './verdict/reservations.ts';
import { type Verdict, verdictOf } from './verdict/verdict-of.ts';

interface RunsFlags extends GlobalFlags {
  readonly businessDate?: string;
  readonly limit?: string;
}

const DEFAULT_LIMIT = 20;

export async function listRuns(flags: RunsFlags, context: Context): Promise<number> {
  const limit = flags.limit === undefined ? DEFAULT_LIMIT : readWhole('--limit', flags.limit, 1, 1_000_000);
  const date = flags.businessDate === undefined ? null : readDate(flags.businessDate);
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    // Some KiB a run and one run a day: the last `limit` of them are all that is kept.
    const found: JobStatsRow[] = [];
    const published = new Set<string>();
    let total = 0;
    for await (const row of data.jobStats.listRuns(date === null ? {} : { business_date: date })) {
      total += 1;
      if (row.status === 'succeeded' || row.status === 'published_incomplete') published.add(row.business_date);
      found.push(row);
      if (found.length > limit) found.shift();
    }
    const runs = await Promise.all(
      found.reverse().map(async (row) => withVerdict(await currentReport(row, data), data)),
    );
    const missing = date === null ? missingDates(published, await readBusinessDays(context), context.now()) : [];
    tellRuns({ runs, date, total, missing, hint: flagsForHints(flags) }, context);
    return 0;
  } finally {
    await data.close();
  }
}

type ListedRun = RunReport & { readonly verdict: Verdict };

async function withVerdict(report: RunReport, data: JobData): Promise<ListedRun> {
  const isAlive = report.status === 'running' && (await data.isAlive(report.run));
  return { ...report, verdict: verdictOf(report, isAlive) };
}

/** A last table older than this tells that the job is not run here day by day: nothing is missing after it. */
const RECENT_DAYS = 35;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Missing dates that are named. */
const MAX_NAMED = 10;

/** Business days without a table, from the first one that has one: up to the last, and up to yesterday where that is recent. */
function missingDates(published: ReadonlySet<string>, { calendar, timeZone }: BusinessDays, now: number): string[] {
  const dates = [...published].sort();
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return [];
  const yesterday = localDate(now - DAY_MS, timeZone);
  const isRecent = last >= localDate(now - RECENT_DAYS * DAY_MS, timeZone);
  return calendar.missing(published, { first, last: isRecent && yesterday > last ? yesterday : last });
}

interface RunsList {
  readonly runs: readonly ListedRun[];
  /** The only one that was asked for. */
  readonly date: string | null;
  readonly total: number;
  readonly missing: readonly string[];
  /** What further commands need to reach the same data. */
  readonly hint: string;
}

function tellRuns({ runs, date, total, missing, hint }: RunsList, { terminal }: Context): void {
  if (terminal.isJson) {
    terminal.printJson('runs', { total, missing_dates: missing, runs });
    return;
  }
  if (runs.length === 0) {
    const none =
      date === null
        ? `There is no run yet. Start one: ${PROGRAM} run --business-date MM-DD-YYYY${hint}`
        : `There is no run for ${date}.`;
    terminal.note(none);
    return;
  }
  const columns = [
    { header: 'run', flexible: true },
    { header: 'status', flexible: true },
    { header: 'started' },
    { header: 'took', align: 'right' },
    { header: 'rows', align: 'right' },
  ] as const;
  terminal.print(...renderTable(columns, runs.map(cellsOf), terminal.width));
  if (missing.length > 0) {
    const more = missing.length > MAX_NAMED ? `, and ${count(missing.length - MAX_NAMED)} before them` : '';
    const text = `No table for ${plural(missing.length, 'business day')}: ${missing.slice(-MAX_NAMED).join(', ')}${more}`;
    terminal.print(...wrap(text, terminal.width, '! ', '  '));
  }
  if (total > runs.length)
    terminal.note(`${count(total - runs.length)} older: ${PROGRAM} runs --limit ${total}${hint}`);
}

function cellsOf(run: ListedRun): readonly string[] {
  const took = run.ended_at === null ? '' : duration(Date.parse(run.ended_at) - Date.parse(run.started_at));
  return [
    run.run,
    statusWords(run),
    utcTime(run.started_at).slice(0, 16),
    took,
    run.publication === null ? '' : count(run.publication.rows),
  ];
}

function statusWords(run: ListedRun): string {
  const { status, verdict } = run;
  if (verdict === 'interrupted') return '! interrupted';
  if (verdict === 'published' && reservations(run).length > 0) return '! with reservations';
  const icons = { published: '✔', published_incomplete: '!', running: '…', not_published: '✘' } as const;
  return `${icons[verdict]} ${status.replaceAll('_', ' ')}`;
}
