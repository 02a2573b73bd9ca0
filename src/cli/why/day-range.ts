/** Which published days a question is about, and which business days between them have no table. */
import { PermanentError } from '../../errors.ts';
import type { BusinessCalendar } from '../../job/business-calendar.ts';
import type { HistoryDay } from '../../publish/history/published-days.ts';
import { readDate } from '../arguments.ts';
import { plural } from '../terminal/figures.ts';

/** ISO, both included. */
export interface Between {
  readonly from: string;
  readonly to: string;
}

/** Business days without a table, with no published day between them: they never had one, or it was deleted. */
export interface MissingDays extends Between {
  readonly days: number;
  /** They had tables, which retention has deleted. */
  readonly deleted: boolean;
  /** The last date before them that has a table, or had one; `null`: none. */
  readonly last: string | null;
}

/** @throws PermanentError `USAGE` */
export function readBetween(dates: readonly string[] | undefined): Between | null {
  if (dates === undefined) return null;
  const [from = '', to = ''] = dates.map(readDate);
  if (dates.length !== 2) throw new PermanentError('USAGE', '--between takes two dates, the earlier one first.');
  if (from > to) throw new PermanentError('USAGE', `--between ${from} ${to}: the earlier date comes first.`);
  return { from, to };
}

/**
 * The days asked for and, behind them, the one that the oldest of them is built on, or the last before it that is kept.
 * @param days the newest first; @param deleted as for {@link missingBetween}
 * @throws PermanentError `NO_TABLE_FOR_DATE`
 */
export function daysBetween(
  days: readonly HistoryDay[],
  between: Between | null,
  deleted: ReadonlySet<string> = new Set(),
): readonly HistoryDay[] {
  if (days.length === 0) throw new PermanentError('NO_TABLE_FOR_DATE', 'No table is published yet.');
  if (between === null) return days;
  const isIn = ({ manifest }: HistoryDay) => isWithin(manifest.business_date, between);
  const first = days.findIndex(isIn);
  if (first < 0) throw noTableBetween(days, between, deleted);
  const last = days.findLastIndex(isIn);
  return days.slice(first, days[last]!.base === 'none' ? last + 1 : last + 2);
}

export function isWithin(date: string, between: Between | null): boolean {
  return between === null || (date >= between.from && date <= between.to);
}

/** @param today nothing is missing after it; @param deleted dates whose tables retention has deleted */
export function missingBetween(
  days: readonly HistoryDay[],
  between: Between | null,
  calendar: BusinessCalendar,
  today: string,
  deleted: ReadonlySet<string> = new Set(),
): readonly MissingDays[] {
  const dates = [...new Set(days.map(({ manifest }) => manifest.business_date))].sort();
  const [oldest = today, newest = today] = [dates[0], dates.at(-1)];
  const last = between === null ? newest : between.to < today ? between.to : today > newest ? today : newest;
  const missing = calendar.missing(new Set(dates), { first: between?.from ?? oldest, last });
  const had = [...new Set([...dates, ...deleted])].sort();
  const groups: MissingDays[] = [];
  let keptBefore: string | null = null;
  for (const date of missing) {
    const kept = dates.findLast((one) => one < date) ?? null;
    const group = groups.at(-1);
    const isDeleted = deleted.has(date);
    if (group?.deleted === isDeleted && kept === keptBefore) groups[groups.length - 1] = extended(group, date);
    else {
      const last = had.findLast((one) => one < date) ?? null;
      groups.push({ from: date, to: date, days: 1, deleted: isDeleted, last });
    }
    keptBefore = kept;
  }
  return groups;
}

function extended(group: MissingDays, to: string): MissingDays {
  return { ...group, to, days: group.days + 1 };
}

function noTableBetween(
  days: readonly HistoryDay[],
  { from, to }: Between,
  deleted: ReadonlySet<string>,
): PermanentError {
  const dates = days.map(({ manifest }) => manifest.business_date).sort();
  const last = dates.findLast((date) => date < from);
  const before = last === undefined ? '' : `; the last one before is as of ${last}`;
  const gone = [...deleted].filter((date) => date >= from && date <= to).length;
  const why = gone === 0 ? '' : ` Retention has deleted those of ${plural(gone, 'date')}.`;
  const what = `There is no table for any date from ${from} to ${to}${before}.${why}`;
  return new PermanentError('NO_TABLE_FOR_DATE', what, { from, to, ...(last === undefined ? {} : { last }) });
}
