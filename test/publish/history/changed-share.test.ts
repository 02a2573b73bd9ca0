import { describe, expect, it } from 'vitest';
import type { OutcomeCounts } from '../../../src/job/contracts.ts';
import { findShareJumps, type ShareDay } from '../../../src/publish/history/changed-share.ts';

function day(
  number: number,
  changed: number,
  listed = 1_000,
  added = 0,
  change: Partial<ShareDay> & Partial<Pick<OutcomeCounts, 'reprocessed'>> = {},
): ShareDay {
  const date = `2021-10-${String(number).padStart(2, '0')}`;
  const { reprocessed = 0, ...rest } = change;
  return {
    date,
    run: `agreements-${date}`,
    is_first: number === 1,
    mapping_versions: { mac: 'mac-1-aa' },
    look_ups: { through: 4, open: [] },
    replays_through: 2,
    namespaces: [{ namespace: 'mac', listed, new: added, changed, reprocessed }],
    ...rest,
  };
}

describe('a jump of the changed share', () => {
  it('is a day on which far more of a namespace has changed than usual', () => {
    const days = [day(1, 0, 1_000, 1_000), day(4, 8), day(5, 12), day(6, 10), day(7, 120), day(8, 11)];

    expect(findShareJumps(days)).toEqual([
      {
        date: '2021-10-07',
        date_before: '2021-10-06',
        run: 'agreements-2021-10-07',
        namespace: 'mac',
        documents: 120,
        new: 0,
        changed: 120,
        reprocessed: 0,
        changed_share: 0.12,
        usual_share: 0.01,
        causes: ['lex'],
      },
    ]);
  });

  it.each([
    ['another mapping', day(7, 500, 1_000, 0, { mapping_versions: { mac: 'mac-2-aa' } }), ['mapping']],
    [
      'another mapping, and many new',
      day(7, 500, 1_000, 20, { mapping_versions: { mac: 'mac-2-aa' } }),
      ['mapping', 'lex'],
    ],
    ['look-ups', day(7, 9, 1_000, 0, { reprocessed: 500, look_ups: { through: 5, open: [] } }), ['look-ups']],
    ['a replay', day(7, 9, 1_000, 0, { reprocessed: 500, replays_through: 3 }), ['replay']],
    ['look-ups that an earlier day could not serve', day(7, 0, 1_000, 0, { reprocessed: 500 }), ['look-ups']],
    ['Lex, beside look-ups', day(7, 500, 1_000, 0, { reprocessed: 1, look_ups: null }), ['look-ups', 'lex']],
  ] as const)('names its causes: %s', (_what, jumping, causes) => {
    const days = [day(4, 8), day(5, 12), day(6, 10), jumping];

    expect(findShareJumps(days)).toMatchObject([{ date: '2021-10-07', causes }]);
  });

  it('is held to the days on which the namespace was read, not to those that left it out or read nothing', () => {
    const without = day(7, 0, 1_000, 0, { namespaces: [] });
    const days = [day(4, 8), day(5, 12), day(6, 10), without, day(8, 0, 0), day(9, 120)];

    expect(findShareJumps(days)).toMatchObject([{ date: '2021-10-09', date_before: '2021-10-08', usual_share: 0.01 }]);
  });

  it.each([
    ['the first publication, when all is new', [day(1, 0, 1_000, 1_000), day(4, 8)]],
    ['too few days to say what is usual', [day(1, 0, 1_000, 1_000), day(4, 8), day(5, 9), day(6, 500)]],
    ['few documents', [day(4, 0, 50), day(5, 0, 50), day(6, 0, 50), day(7, 9, 50)]],
    ['a small share', [day(4, 0), day(5, 0), day(6, 0), day(7, 19)]],
    ['a share that is usual', [day(4, 100), day(5, 90), day(6, 110), day(7, 300)]],
  ])('is not %s', (_what, days) => {
    expect(findShareJumps(days)).toEqual([]);
  });
});
