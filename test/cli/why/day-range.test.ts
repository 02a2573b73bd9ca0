import { describe, expect, it } from 'vitest';
import { daysBetween, missingBetween, readBetween } from '../../../src/cli/why/day-range.ts';
import { BusinessCalendar, NO_HOLIDAYS } from '../../../src/job/business-calendar.ts';
import type { HistoryDay } from '../../../src/publish/history/published-days.ts';

const CALENDAR = new BusinessCalendar(NO_HOLIDAYS);

/** The newest first, as they are given; only their dates matter here. */
function days(...dates: readonly string[]): readonly HistoryDay[] {
  return dates.map((business_date, i) => ({
    key: business_date,
    folder: business_date,
    manifest: { business_date } as HistoryDay['manifest'],
    base: i === dates.length - 1 ? 'none' : 'known',
  }));
}

describe('the days that are asked for', () => {
  const published = days('2021-10-26', '2021-10-21', '2021-10-20', '2021-10-19');
  const dates = (found: readonly HistoryDay[]) => found.map(({ manifest }) => manifest.business_date);

  it('are all, or those between two dates and the one that they are built on', () => {
    expect(dates(daysBetween(published, null))).toHaveLength(4);
    expect(dates(daysBetween(published, { from: '2021-10-21', to: '2021-10-25' }))).toEqual([
      '2021-10-21',
      '2021-10-20',
    ]);
    expect(dates(daysBetween(published, { from: '2021-10-01', to: '2021-10-19' }))).toEqual(['2021-10-19']);
  });

  it('come with the last one that is kept where those in between are deleted', () => {
    const kept = days('2021-10-26', '2021-10-20').map((day) => ({ ...day, base: 'gone' as const }));

    expect(dates(daysBetween(kept, { from: '2021-10-25', to: '2021-10-26' }))).toEqual(['2021-10-26', '2021-10-20']);
    expect(dates(daysBetween(kept, { from: '2021-10-20', to: '2021-10-20' }))).toEqual(['2021-10-20']);
  });

  it('take both forms of a date, the earlier one first', () => {
    expect(readBetween(['10-20-2021', '2021-10-21'])).toEqual({ from: '2021-10-20', to: '2021-10-21' });
    expect(() => readBetween(['10-21-2021', '10-20-2021'])).toThrow('the earlier date comes first');
  });

  it('are refused where none has a table, with the last date before them that has one', () => {
    expect(() => daysBetween(published, { from: '2021-10-22', to: '2021-10-25' })).toThrow(
      'There is no table for any date from 2021-10-22 to 2021-10-25; the last one before is as of 2021-10-21.',
    );
    expect(() => daysBetween([], null)).toThrow('No table is published yet.');
  });
});

describe('business days without a table', () => {
  const published = days('2021-10-27', '2021-10-21', '2021-10-18');

  it('are told together where no published day lies between, with the last good one', () => {
    expect(missingBetween(published, null, CALENDAR, '2021-11-30')).toEqual([
      { from: '2021-10-19', to: '2021-10-20', days: 2, deleted: false, last: '2021-10-18' },
      { from: '2021-10-22', to: '2021-10-26', days: 3, deleted: false, last: '2021-10-21' },
    ]);
  });

  it('tell those whose tables were deleted from those that never had one', () => {
    const deleted = new Set(['2021-10-19', '2021-10-20', '2021-10-25']);

    expect(missingBetween(published, null, CALENDAR, '2021-11-30', deleted)).toEqual([
      { from: '2021-10-19', to: '2021-10-20', days: 2, deleted: true, last: '2021-10-18' },
      { from: '2021-10-22', to: '2021-10-22', days: 1, deleted: false, last: '2021-10-21' },
      { from: '2021-10-25', to: '2021-10-25', days: 1, deleted: true, last: '2021-10-21' },
      { from: '2021-10-26', to: '2021-10-26', days: 1, deleted: false, last: '2021-10-25' },
    ]);
  });

  it('lie within the dates that are asked for, and not after today', () => {
    const between = { from: '2021-10-14', to: '9999-12-31' };

    expect(missingBetween(published, between, CALENDAR, '2021-10-28')).toMatchObject([
      { from: '2021-10-14', to: '2021-10-15', days: 2, last: null },
      { from: '2021-10-19', to: '2021-10-20', days: 2, last: '2021-10-18' },
      { from: '2021-10-22', to: '2021-10-26', days: 3, last: '2021-10-21' },
      { from: '2021-10-28', to: '2021-10-28', days: 1, last: '2021-10-27' },
    ]);
  });
});
