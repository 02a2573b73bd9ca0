/** The work of `lexdelta trends`. */
import { PermanentError } from '../../errors.ts';
import { findShareJumps, MOST_DAYS, type ShareDay, shareDayOf } from '../../publish/history/changed-share.ts';
import { type DayFigures, readDayFigures } from '../../publish/history/day-figures.ts';
import { readPublishedDays } from '../../publish/history/published-days.ts';
import type { JobData } from '../../runtime/job-data.ts';
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
    const { days, shares } = await readDays(data, limit);
    if (days.length === 0) throw new PermanentError('NO_TABLE_FOR_DATE', 'No table is published yet.');
    const jumps = findShareJumps(shares).filter((jump) => days.some(({ run }) => run === jump.run));
    if (terminal.isJson) terminal.printJson('trends', { days, jumps });
    else terminal.print(...renderTrends(days, jumps, terminal));
    return 0;
  } finally {
    await data.close();
  }
}

interface ReadDays {
  readonly days: readonly DayFigures[];
  /** Of these days, and of those before them that tell what was usual. */
  readonly shares: readonly ShareDay[];
}

/** The oldest first. */
async function readDays({ jobStats, jobDailyA3Data: a3 }: JobData, limit: number): Promise<ReadDays> {
  const days: DayFigures[] = [];
  const shares: ShareDay[] = [];
  for await (const day of readPublishedDays({ jobStats, a3 })) {
    if (days.length < limit) days.push(await readDayFigures(a3, day));
    shares.push(shareDayOf(day.manifest));
    if (shares.length === limit + MOST_DAYS) break;
  }
  return { days: days.reverse(), shares: shares.reverse() };
}
