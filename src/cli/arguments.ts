import { PermanentError } from '../errors.ts';
import { parseBusinessDate } from '../job/business-date.ts';

/** @returns ISO. @throws PermanentError `USAGE` */
export function readDate(text: string): string {
  const date = parseBusinessDate(text);
  if (date !== null) return date;
  throw new PermanentError('USAGE', `"${text}" is no day of the calendar as MM-DD-YYYY or YYYY-MM-DD.`);
}

/** @throws PermanentError `USAGE` */
export function readWhole(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d{1,12}$/.test(text) && value >= low && value <= high) return value;
  throw new PermanentError('USAGE', `${flag} is "${text}", expected an integer from ${low} to ${high}.`);
}
