/** Which business date a scheduled time means. */
import { PermanentError } from '../errors.ts';
import { BusinessCalendar, type Holidays, NO_HOLIDAYS } from './business-calendar.ts';
import { addDays } from './business-date.ts';
import { localDate } from './local-date.ts';

export interface DateRule {
  /** IANA name of the zone whose calendar counts, for example `America/New_York`. */
  readonly timeZone: string;
  /** How many days before the local day of the scheduled time the business date lies: 1 for a run after midnight. */
  readonly daysBack: number;
  /** Default: none. */
  readonly holidays?: Holidays;
}

/**
 * The same for every delivery of the same scheduled time, however late it comes.
 * @param scheduledAt ISO time with its zone, for example `2026-11-24T06:00:00Z`
 * @returns ISO date, or `null` when that day is a Saturday, a Sunday or a holiday
 * @throws PermanentError `INPUT_INVALID`: no time
 */
export function scheduledBusinessDate(scheduledAt: unknown, { timeZone, daysBack, holidays }: DateRule): string | null {
  const time =
    typeof scheduledAt === 'string' && /^\d{4}-.*(?:Z|[+-]\d{2}:\d{2})$/.test(scheduledAt)
      ? Date.parse(scheduledAt)
      : NaN;
  if (Number.isNaN(time)) {
    throw new PermanentError('INPUT_INVALID', 'The schedule must give `scheduled_time`, an ISO time with its zone.');
  }
  // Days are subtracted from the local date, not from the time: a day of 23 or 25 hours must not shift it.
  const date = addDays(localDate(time, timeZone), -daysBack);
  return new BusinessCalendar(holidays ?? NO_HOLIDAYS).isBusinessDay(date) ? date : null;
}
