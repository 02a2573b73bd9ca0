/** Business days: the weekdays that no holiday file names. Dates are ISO (`YYYY-MM-DD`) here, as in every key. */
import { PermanentError } from '../errors.ts';
import { addDays, isCalendarDay } from './business-date.ts';
import { localDate } from './local-date.ts';

/** No calendar has more holidays in a row; without a bound, a file that names every day would be searched for ever. */
const LONGEST_CLOSURE_DAYS = 366;
/** A line that is refused is shown up to here. */
const SHOWN_CHARACTERS = 60;

/** Names by date; a holiday without a name has an empty one. */
export type Holidays = ReadonlyMap<string, string>;

export const NO_HOLIDAYS: Holidays = new Map();

/**
 * Reads a holiday file: one ISO date a line, a name behind it if it has one, `#` before a remark.
 * @param source names the file in messages
 * @throws PermanentError `INPUT_INVALID`, naming every line that is no date, or names a date again
 */
export function parseHolidays(text: string, source: string): Holidays {
  const holidays = new Map<string, string>();
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = line.replace(/#.*/, '').trim();
    if (content === '') continue;
    const [date = '', ...name] = content.split(/[\s,]+/);
    const at = `line ${index + 1}`;
    if (!isCalendarDay(date)) {
      const found = JSON.stringify(content.slice(0, SHOWN_CHARACTERS));
      problems.push(`${at}: found ${found}, expected a date as YYYY-MM-DD, and its name if it has one`);
    } else if (holidays.has(date)) problems.push(`${at}: ${date} stands there twice`);
    else holidays.set(date, name.join(' '));
  }
  if (problems.length === 0) return holidays;
  throw new PermanentError('INPUT_INVALID', `The holidays in ${source} are not right: ${problems.join('; ')}.`);
}

export class BusinessCalendar {
  readonly #holidays: Holidays;

  constructor(holidays: Holidays) {
    this.#holidays = holidays;
  }

  isBusinessDay(date: string): boolean {
    return this.whyClosed(date) === null;
  }

  /** `null` on a business day. */
  whyClosed(date: string): string | null {
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    if (weekday === 6) return 'a Saturday';
    if (weekday === 0) return 'a Sunday';
    const name = this.#holidays.get(date);
    return name === undefined ? null : name === '' ? 'a holiday' : `a holiday (${name})`;
  }

  /** @throws PermanentError `INPUT_INVALID`: the holidays leave none for more than a year */
  next(date: string): string {
    for (let days = 1; days <= LONGEST_CLOSURE_DAYS; days += 1) {
      const day = addDays(date, days);
      if (this.isBusinessDay(day)) return day;
    }
    throw new PermanentError('INPUT_INVALID', `The holidays leave no business day in the year after ${date}.`);
  }

  /** Business days from `first` to `last`, both included, that are not in `present`: ascending. */
  missing(present: ReadonlySet<string>, { first, last }: { readonly first: string; readonly last: string }): string[] {
    const missing: string[] = [];
    for (let day = first; day <= last; day = addDays(day, 1)) {
      if (this.isBusinessDay(day) && !present.has(day)) missing.push(day);
    }
    return missing;
  }

  /**
   * Whether the documents read at `startedAt` can be those of the date: from its own morning until the next business day
   * has ended, in local days. Values no older than the previous end of day: 31 CFR 148.3(b)(1).
   */
  extraction(date: string, startedAt: string, timeZone: string): 'early' | 'in time' | 'late' {
    const day = localDate(Date.parse(startedAt), timeZone);
    if (day < date) return 'early';
    return day <= this.next(date) ? 'in time' : 'late';
  }
}
