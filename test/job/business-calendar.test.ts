import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusinessCalendar, NO_HOLIDAYS, parseHolidays } from '../../src/job/business-calendar.ts';

const HOLIDAYS = `# Federal holidays
2021-11-25 Thanksgiving Day
2021-12-24, Christmas Day (observed)

2022-01-17\tMartin Luther King Jr. # observed everywhere
2021-12-31
`;

describe('a holiday file', () => {
  it('holds a date a line, with a name or none, and remarks', () => {
    expect([...parseHolidays(HOLIDAYS, 'holidays.txt')]).toEqual([
      ['2021-11-25', 'Thanksgiving Day'],
      ['2021-12-24', 'Christmas Day (observed)'],
      ['2022-01-17', 'Martin Luther King Jr.'],
      ['2021-12-31', ''],
    ]);
    expect(parseHolidays('\uFEFF2021-12-24\r\n', 'holidays.txt').has('2021-12-24')).toBe(true);
  });

  it('is refused with every line that is no date, or is there twice', () => {
    const text = '2021-12-24\n12/25/2021 Christmas\n2021-02-30\n2021-12-24 again\n';

    expect(() => parseHolidays(text, 'holidays.txt')).toThrowError(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        message: expect.stringMatching(
          /holidays\.txt.*line 2: found "12\/25\/2021.*line 3:.*line 4: 2021-12-24 stands/s,
        ),
      }),
    );
  });
});

describe('the business calendar', () => {
  const calendar = new BusinessCalendar(parseHolidays(HOLIDAYS, 'holidays.txt'));

  it('says why a day is none', () => {
    const days = ['2021-11-24', '2021-11-25', '2021-11-27', '2021-11-28', '2021-12-31'];
    expect(days.map((day) => calendar.whyClosed(day))).toEqual([
      null,
      'a holiday (Thanksgiving Day)',
      'a Saturday',
      'a Sunday',
      'a holiday',
    ]);
  });

  it('goes over weekends and holidays to the next one', () => {
    expect(calendar.next('2021-12-23')).toBe('2021-12-27');
    expect(calendar.next('2022-01-14')).toBe('2022-01-18');
    expect(calendar.next('2024-02-28')).toBe('2024-02-29');
  });

  it('refuses to look for one that never comes', () => {
    const all = Array.from({ length: 400 }, (_, i) => new Date(Date.UTC(2021, 0, 1 + i)).toISOString().slice(0, 10));
    const closed = new BusinessCalendar(parseHolidays(all.join('\n'), 'all'));

    expect(() => closed.next('2021-01-01')).toThrowError(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('names the business days that are missing', () => {
    const present = new Set(['2021-11-22', '2021-11-26']);
    expect(calendar.missing(present, { first: '2021-11-22', last: '2021-11-29' })).toEqual([
      '2021-11-23',
      '2021-11-24',
      '2021-11-29',
    ]);
  });

  it.each([
    ['2021-11-24T04:59:59Z', 'early'], // Still the 23rd in New York.
    ['2021-11-24T05:00:00Z', 'in time'],
    ['2021-11-27T04:59:59Z', 'in time'], // The 26th has not ended there; the 25th is a holiday.
    ['2021-11-27T05:00:00Z', 'late'],
  ])('a run for 2021-11-24 that starts at %s is %s', (startedAt, verdict) => {
    expect(calendar.extraction('2021-11-24', startedAt, 'America/New_York')).toBe(verdict);
  });

  it('finds a next day that is open, with none open between', () => {
    const days = fc.date({ min: new Date('2000-01-01'), max: new Date('2050-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.array(fc.integer({ min: 0, max: 30 })), (day, closed) => {
        const iso = (offset: number) => new Date(day.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
        const holidays = new Map([...new Set(closed)].map((offset) => [iso(offset), '']));
        const next = new BusinessCalendar(holidays).next(iso(0));
        const between = new BusinessCalendar(NO_HOLIDAYS).missing(new Set(holidays.keys()), {
          first: iso(1),
          last: next,
        });
        expect(between).toEqual([next]);
      }),
    );
  });
});
