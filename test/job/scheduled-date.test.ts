import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduledBusinessDate } from '../../src/job/scheduled-date.ts';

const NEW_YORK = { timeZone: 'America/New_York', daysBack: 1 };

describe('the business date of a scheduled time', () => {
  it.each([
    ['2026-11-24T06:00:00Z', '2026-11-23'],
    ['2026-11-28T06:00:00Z', '2026-11-27'],
    ['2026-01-01T06:00:00Z', '2025-12-31'],
    ['2024-03-01T06:00:00Z', '2024-02-29'],
  ])('is the local day before: %s means %s', (scheduledAt, date) => {
    expect(scheduledBusinessDate(scheduledAt, NEW_YORK)).toBe(date);
  });

  it.each(['2026-11-29T06:00:00Z', '2026-11-30T06:00:00Z'])(
    'is none when that day is no weekday: %s',
    (scheduledAt) => {
      expect(scheduledBusinessDate(scheduledAt, NEW_YORK)).toBeNull();
    },
  );

  it('goes by the local calendar, not by that of UTC', () => {
    const lateEvening = '2026-11-24T03:30:00Z'; // Still Monday in New York.

    expect(scheduledBusinessDate(lateEvening, { ...NEW_YORK, daysBack: 0 })).toBe('2026-11-23');
    expect(scheduledBusinessDate(lateEvening, { timeZone: 'Europe/London', daysBack: 0 })).toBe('2026-11-24');
  });

  it('is not shifted by the days of 23 and 25 hours', () => {
    expect(scheduledBusinessDate('2026-03-10T05:00:00Z', NEW_YORK)).toBe('2026-03-09'); // The clocks went forward on the 8th.
    expect(scheduledBusinessDate('2026-11-03T06:00:00Z', NEW_YORK)).toBe('2026-11-02'); // And back on the 1st.
  });

  it('names every weekday of a year once, for a start at one o’clock local time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2020, max: 2040 }), (year) => {
        const dates: string[] = [];
        for (let day = Date.UTC(year, 0, 1, 6); day < Date.UTC(year + 1, 0, 1, 6); day += 86_400_000) {
          const date = scheduledBusinessDate(new Date(day).toISOString(), NEW_YORK);
          if (date !== null) dates.push(date);
        }
        const weekdays = dates.filter((date) => ![0, 6].includes(new Date(date).getUTCDay()));
        return new Set(dates).size === dates.length && weekdays.length === dates.length && dates.length >= 260;
      }),
      { numRuns: 10 },
    );
  });

  it.each([undefined, null, 5, '', 'tomorrow', '2026-11-24', '2026-11-24T06:00:00', '2026-99-24T06:00:00Z'])(
    'is refused for %j, which is no time with a zone',
    (scheduledAt) => {
      expect(() => scheduledBusinessDate(scheduledAt, NEW_YORK)).toThrowError(
        expect.objectContaining({ code: 'INPUT_INVALID' }),
      );
    },
  );
});
