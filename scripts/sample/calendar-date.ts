/** A day of the calendar. */
export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/**
 * Reads month/day/two-digit year. Years 51 to 99 are 19xx, others 20xx.
 * @returns `null` when a part is missing (`[]/[]/2020`, `09/14/200[]`) or the text holds anything else
 * @throws Error when all parts are there but name no day of the calendar
 */
export function readShortDate(text: string): CalendarDate | null {
  const parts = /^(\d{1,2})\/(\d{1,2})\/(\d{2})$/.exec(text);
  if (parts === null) return null;
  const short = Number(parts[3]);
  const date = { year: short > 50 ? 1900 + short : 2000 + short, month: Number(parts[1]), day: Number(parts[2]) };
  const utc = new Date(epochMs(date));
  if (utc.getUTCMonth() + 1 !== date.month || utc.getUTCDate() !== date.day) {
    throw new Error(`\`${text}\` is no day of the calendar.`);
  }
  return date;
}

/** `YYYY-MM-DD`. */
export function isoDate({ year, month, day }: CalendarDate): string {
  return `${year}-${two(month)}-${two(day)}`;
}

/** `MM/DD/YYYY`. */
export function slashDate({ year, month, day }: CalendarDate): string {
  return `${two(month)}/${two(day)}/${year}`;
}

/** The number YYYYMMDD. */
export function numberDate({ year, month, day }: CalendarDate): number {
  return year * 10_000 + month * 100 + day;
}

/** Milliseconds since 1970 UTC at the beginning of the day. */
export function epochMs({ year, month, day }: CalendarDate): number {
  return Date.UTC(year, month - 1, day);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
