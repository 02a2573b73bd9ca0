import type { AgreementDate } from '../agreement.ts';

const MS_PER_DAY = 86_400_000;

/** The day as `YYYY-MM-DD`, or `null` when it is unreadable or no day of the calendar (years 1 to 9999). Never rolls over. */
export function isoDate({ form, value }: AgreementDate): string | null {
  switch (form) {
    case 'YYYY-MM-DD':
      return fromParts(typeof value === 'string' ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(value.trim()) : null, 1, 2, 3);
    case 'MM/DD/YYYY':
      return fromParts(typeof value === 'string' ? /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(value.trim()) : null, 3, 1, 2);
    case 'YYYYMMDD':
      return fromParts(/^(\d{4})(\d{2})(\d{2})$/.exec(typeof value === 'number' ? `${value}` : ''), 1, 2, 3);
    case 'epoch-ms':
      return typeof value === 'number' && Number.isInteger(value) ? fromEpoch(value) : null;
  }
}

function fromParts(match: RegExpExecArray | null, year: number, month: number, day: number): string | null {
  if (match === null) return null;
  const [y, m, d] = [Number(match[year]), Number(match[month]), Number(match[day])];
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > daysInMonth(y, m)) return null;
  return `${match[year]}-${match[month]}-${match[day]}`;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day in UTC that the moment falls on. */
function fromEpoch(ms: number): string | null {
  const date = new Date(Math.floor(ms / MS_PER_DAY) * MS_PER_DAY);
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999 ? date.toISOString().slice(0, 10) : null;
}
