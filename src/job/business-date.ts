/**
 * A business date as users write it: `MM-DD-YYYY` or ISO `YYYY-MM-DD`. Inside, and in every key, it is ISO.
 * @returns ISO, or `null` for anything that is no day of the calendar (02-30-2021)
 */
export function parseBusinessDate(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const american = /^(\d{2})-(\d{2})-(\d{4})$/.exec(value);
  const iso = american ? `${american[3]}-${american[1]}-${american[2]}` : value;
  return isCalendarDay(iso) ? iso : null;
}

/** Whether the text is `YYYY-MM-DD` and a day of the calendar. */
export function isCalendarDay(text: string): boolean {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** @param date ISO */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** `agreements-<date>`, `agreements-<date>-attempt-<n>` from the second attempt on. */
export function executionName(businessDate: string, attempt: number): string {
  return attempt === 1 ? `agreements-${businessDate}` : `agreements-${businessDate}-attempt-${attempt}`;
}

/** The date and attempt of an execution name, or `null` when it is not one of ours. */
export function parseExecutionName(name: string): { readonly business_date: string; readonly attempt: number } | null {
  const match = /^agreements-(\d{4}-\d{2}-\d{2})(?:-attempt-([1-9]\d{0,5}))?$/.exec(name);
  if (match === null || !isCalendarDay(match[1]!)) return null;
  return { business_date: match[1]!, attempt: match[2] === undefined ? 1 : Number(match[2]) };
}
