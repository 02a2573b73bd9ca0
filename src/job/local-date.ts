/** The calendar day, `YYYY-MM-DD`, that a moment (milliseconds since 1970) falls on in an IANA time zone. */
export function localDate(time: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const field = Object.fromEntries(parts.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${field['year']}-${field['month']}-${field['day']}`;
}
