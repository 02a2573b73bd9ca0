/** What the calendar says of a run's date. */
import { PermanentError } from '../errors.ts';
import { BusinessCalendar, NO_HOLIDAYS, parseHolidays } from '../job/business-calendar.ts';
import type { JobInput } from '../job/job-input.ts';
import { localDate } from '../job/local-date.ts';
import { readDaySettings } from './config.ts';
import type { Context } from './context.ts';
import { readText } from './read-text.ts';

export interface BusinessDays {
  readonly calendar: BusinessCalendar;
  /** IANA name of the zone whose days count. */
  readonly timeZone: string;
}

/** @throws PermanentError `CONFIG_INVALID`, `FILE_NOT_READABLE`, `INPUT_INVALID`: a line of the holiday file */
export async function readBusinessDays(context: Context): Promise<BusinessDays> {
  const { holidays, timeZone } = await readDaySettings(context);
  const named = holidays === null ? NO_HOLIDAYS : parseHolidays(await readText(holidays, context), holidays);
  return { calendar: new BusinessCalendar(named), timeZone };
}

/**
 * A table of a day to come, a year mistyped for example, would stand before every real day.
 * @param now milliseconds since 1970
 * @throws PermanentError `DATE_NOT_BEGUN`, unless the date was accepted
 */
export function checkBegun(
  { business_date, overrides }: Pick<JobInput, 'business_date' | 'overrides'>,
  { calendar, timeZone }: BusinessDays,
  now: number,
): void {
  if (overrides.some(({ accept }) => accept === 'date')) return;
  if (calendar.extraction(business_date, new Date(now).toISOString(), timeZone) !== 'early') return;
  const today = localDate(now, timeZone);
  const what = `${business_date} has not begun: it is ${today} (${timeZone}).`;
  throw new PermanentError('DATE_NOT_BEGUN', what, { business_date, today });
}

/**
 * Why the table of the date may not be what its date says. Sentences; none for a business day whose documents are read in
 * time.
 * @param startedAt ISO
 * @param isOver whether the reading lies behind
 */
export function remarksOnDate(
  date: string,
  startedAt: string,
  { calendar, timeZone }: BusinessDays,
  isOver = false,
): readonly string[] {
  const closed = calendar.whyClosed(date);
  const remarks = closed === null ? [] : [`${date} is ${closed}, no business day.`];
  const read = `Lex ${isOver ? 'was' : 'is'} read on ${localDate(Date.parse(startedAt), timeZone)} (${timeZone})`;
  switch (calendar.extraction(date, startedAt, timeZone)) {
    case 'early':
      remarks.push(`${read}, before ${date} ${isOver ? 'had' : 'has'} begun.`);
      break;
    case 'late':
      remarks.push(
        `${read}, when ${calendar.next(date)}, the business day after ${date}, ${isOver ? 'was' : 'is'} over: ` +
          'its documents may be of a later day than the table says.',
      );
      break;
    case 'in time':
      break;
  }
  return remarks;
}
