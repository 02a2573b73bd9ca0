import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DateForm } from '../../../src/agreements/agreement.ts';
import { isoDate } from '../../../src/agreements/table-a3/dates.ts';

describe('isoDate', () => {
  it.each<[DateForm, string | number, string | null]>([
    ['YYYY-MM-DD', '2010-01-25', '2010-01-25'],
    ['YYYY-MM-DD', ' 2012-02-29 ', '2012-02-29'],
    ['YYYY-MM-DD', '2000-02-29', '2000-02-29'],
    ['YYYY-MM-DD', '1900-02-29', null],
    ['YYYY-MM-DD', '2010-02-30', null],
    ['YYYY-MM-DD', '2010-04-31', null],
    ['YYYY-MM-DD', '2010-13-01', null],
    ['YYYY-MM-DD', '2010-00-10', null],
    ['YYYY-MM-DD', '2010-01-00', null],
    ['YYYY-MM-DD', '0000-01-01', null],
    ['YYYY-MM-DD', '2010-1-25', null],
    ['YYYY-MM-DD', '2010-01-25T00:00:00Z', null],
    ['YYYY-MM-DD', '01/25/2010', null],
    ['YYYY-MM-DD', '', null],
    ['YYYY-MM-DD', 20100125, null],
    ['MM/DD/YYYY', '05/08/2014', '2014-05-08'],
    ['MM/DD/YYYY', '13/08/2014', null],
    ['MM/DD/YYYY', '02/29/2013', null],
    ['MM/DD/YYYY', '5/8/14', null],
    ['MM/DD/YYYY', '[]/[]/2020', null],
    ['YYYYMMDD', 20_100_125, '2010-01-25'],
    ['YYYYMMDD', 20_100_230, null],
    ['YYYYMMDD', 100_125, null],
    ['YYYYMMDD', -20_100_125, null],
    ['YYYYMMDD', 20_100_125.5, null],
    ['YYYYMMDD', '20100125', null],
    ['epoch-ms', 1_264_377_600_000, '2010-01-25'],
    ['epoch-ms', 0, '1970-01-01'],
    ['epoch-ms', -1, '1969-12-31'],
    ['epoch-ms', -2_208_988_800_000, '1900-01-01'],
    ['epoch-ms', 86_399_999, '1970-01-01'],
    ['epoch-ms', 0.5, null],
    ['epoch-ms', 1e17, null],
    ['epoch-ms', -1e15, null],
    ['epoch-ms', '0', null],
  ])('reads %s %j as %s', (form, value, expected) => {
    expect(isoDate({ form, value })).toBe(expected);
  });

  it('reads every day of the calendar in all forms alike', () => {
    const days = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (moment) => {
        const iso = moment.toISOString().slice(0, 10);
        const [y, m, d] = iso.split('-');
        expect(isoDate({ form: 'YYYY-MM-DD', value: iso })).toBe(iso);
        expect(isoDate({ form: 'MM/DD/YYYY', value: `${m}/${d}/${y}` })).toBe(iso);
        expect(isoDate({ form: 'epoch-ms', value: moment.getTime() })).toBe(iso);
        if (Number(y) >= 1000) expect(isoDate({ form: 'YYYYMMDD', value: Number(`${y}${m}${d}`) })).toBe(iso);
      }),
    );
  });
});
