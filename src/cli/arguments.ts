import { PermanentError } from '../errors.ts';
import { parseBusinessDate } from '../job/business-date.ts';

/** @returns ISO. @throws PermanentError `USAGE` */
export function readDate(text: string): string {
  const date = parseBusinessDate(text);
  if (date !== null) return date;
  throw new PermanentError('USAGE', `"${text}" is no day of the calendar as MM-DD-YYYY or YYYY-MM-DD.`);
}

/**
 * For data that is a stream of another kind: with `--json` stdout holds one document, or lines of JSON.
 * @throws PermanentError `USAGE`
 */
export function refuseJsonStream(
  { format, output }: { readonly format?: string; readonly output?: string },
  isJson: boolean,
): void {
  if (!isJson || output !== undefined || format === undefined || format === 'ndjson') return;
  const what = `--json and --format ${format} both want stdout. Give --output for the ${format}, or --format ndjson.`;
  throw new PermanentError('USAGE', what);
}

/** @throws PermanentError `USAGE` */
export function readWhole(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d{1,12}$/.test(text) && value >= low && value <= high) return value;
  throw new PermanentError('USAGE', `${flag} is "${text}", expected an integer from ${low} to ${high}.`);
}
