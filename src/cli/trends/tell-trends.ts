/** The work of `lexdelta trends`. */
import { compareBytes } from '../../agreements/byte-order.ts';
import { PermanentError } from '../../errors.ts';
import { findShareJumps, MOST_DAYS, type ShareDay, shareDayOf } from '../../publish/history/changed-share.ts';
import { type DayFigures, readDayFigures } from '../../publish/history/day-figures.ts';
import { readPublishedDays } from '../../publish/history/published-days.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { readRunReport } from '../../runtime/run-report.ts';
import { readWhole } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { renderTrends } from './render-trends.ts';

export interface TrendsFlags extends GlobalFlags {
  readonly days?: string;
}

const DEFAULT_DAYS = 14;
const MAX_DAYS = 1_000;

export async function tellTrends(flags: TrendsFlags, context: Context): Promise<number> {
  const { terminal, services } = context;
  const limit = flags.days === undefined ? DEFAULT_DAYS : readWhole('--days', flags.days, 1, MAX_DAYS);
  const data = await services.openData(await placeOf(flags, context), 'read');
  try {
    const { days, shares, last_published } = await readDays(data, limit);
    if (days.length === 0) throw new PermanentError('NO_TABLE_FOR_DATE', 'No table is published yet.');
    const jumps = findShareJumps(shares).filter((jump) => days.some(({ run }) => run === jump.run));
    if (terminal.isJson) terminal.printJson('trends', { last_published, days, jumps });
    else terminal.print(...renderTrends({ days, jumps, last_published }, terminal));
    return 0;
  } finally {
    await data.close();
  }
}

interface ReadDays {
  /** Date of the table last published; `null`: none is. */
  readonly last_published: string | null;
  readonly days: readonly DayFigures[];
  /** Of these days, and of those before them that tell what was usual. */
  readonly shares: readonly ShareDay[];
}

/** By date, the oldest first; `shares` in the order of publication, which tells what was usual before. */
async function readDays({ jobStats, jobDailyA3Data: a3 }: JobData, limit: number): Promise<ReadDays> {
  const days: DayFigures[] = [];
  const shares: ShareDay[] = [];
  for await (const day of readPublishedDays({ jobStats, a3 })) {
    if (days.length < limit) days.push(await withDuration(await readDayFigures(a3, day), jobStats));
    shares.push(shareDayOf(day.manifest));
    if (shares.length === limit + MOST_DAYS) break;
  }
  const last_published = days[0]?.date ?? null;
  const inOrder = days.reverse().sort((a, b) => compareBytes(a.date, b.date));
  return { last_published, days: inOrder, shares: shares.reverse() };
}

/** As `runs` has it: to the end of the run. Of a run that JobStats does not know to its manifest. */
async function withDuration(day: DayFigures, jobStats: JobData['jobStats']): Promise<DayFigures> {
  const row = await jobStats.getRun(day.date, day.run);
  const { started_at, ended_at } = row === null ? { started_at: '', ended_at: null } : readRunReport(row);
  const duration_ms = ended_at === null ? Number.NaN : Date.parse(ended_at) - Date.parse(started_at);
  return Number.isFinite(duration_ms) ? { ...day, duration_ms } : day;
}
