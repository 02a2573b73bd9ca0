import { describe, expect, it } from 'vitest';
import { findShareJumps } from '../../../src/publish/history/changed-share.ts';
import type { DayFigures, NamespaceFigures } from '../../../src/publish/history/day-figures.ts';

const GATE = { passed: true, numerator: 1, denominator: 1, ratio: 1, threshold: 0.9, accepted: false };

function day(number: number, changed: number, listed = 1_000, added = 0): DayFigures {
  const date = `2021-10-${String(number).padStart(2, '0')}`;
  const counts = { listed, new: added, changed, reprocessed: 0, removed: 0, rejected: 0, standing: 0 };
  const total = { ...counts, changed_share: (added + changed) / listed, complete: true };
  const namespaces: readonly NamespaceFigures[] = [{ namespace: 'mac', ...total }];
  const table = { rows: listed, stale_rows: 0, rejected_now: 0, table_findings: 0 };
  const gates = { query: GATE, transformation: GATE };
  const run = `agreements-${date}`;
  return { date, attempt: 1, run, is_first: number === 1, namespaces, total, ...table, gates, duration_ms: 1 };
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
        changed_share: 0.12,
        usual_share: 0.01,
      },
    ]);
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
