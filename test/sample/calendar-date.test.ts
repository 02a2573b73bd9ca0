import { describe, expect, it } from 'vitest';
import { epochMs, isoDate, numberDate, readShortDate, slashDate } from '../../scripts/sample/calendar-date.ts';

describe('readShortDate', () => {
  it.each([
    ['5/8/14', '2014-05-08'],
    ['12/31/50', '2050-12-31'],
    ['1/1/51', '1951-01-01'],
    ['10/1/99', '1999-10-01'],
    ['1/30/00', '2000-01-30'],
    ['2/29/00', '2000-02-29'],
  ])('reads %s as %s', (text, iso) => {
    expect(isoDate(readShortDate(text)!)).toBe(iso);
  });

  it.each(['', '[]/[]/2020', '[]/[]/[][]', '09/14/200[]', '04/30/[]', '07/31/2000; 07/[]/2000', 'perpetual'])(
    'leaves %j out as incomplete',
    (text) => {
      expect(readShortDate(text)).toBeNull();
    },
  );

  it.each(['2/30/21', '2/29/01', '13/1/05', '0/1/05'])('refuses %s, no day of the calendar', (text) => {
    expect(() => readShortDate(text)).toThrow(text);
  });
});

describe('a date before 1970', () => {
  it('has every form, negative milliseconds too', () => {
    const date = readShortDate('7/4/67')!;

    expect([isoDate(date), slashDate(date), numberDate(date), epochMs(date)]).toEqual([
      '1967-07-04',
      '07/04/1967',
      19670704,
      -78_796_800_000,
    ]);
  });
});
