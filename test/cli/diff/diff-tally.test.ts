import { describe, expect, it } from 'vitest';
import { DiffTally } from '../../../src/cli/diff/diff-tally.ts';
import type { RowDifference } from '../../../src/publish/history/diff-days.ts';

const row: RowDifference = {
  change: 'changed',
  namespace: 'mac',
  lex_id: 'm-1',
  'A3.2': 'BANK',
  'A3.3': 'A-1',
  'A3.6': 'CLIENT',
  fields: {},
  stale: null,
};

async function* stream(found: readonly RowDifference[]): AsyncIterable<RowDifference> {
  yield* found;
}

describe('the summary of a diff', () => {
  it('counts a row once, as the change log does: one that only turned stale is changed', async () => {
    const tally = new DiffTally(3);
    const fields = { 'A3.7': { from: 'Texas', to: 'Ohio' } };
    const found = [
      { ...row, stale: { from: null, to: '2021-10-21' } },
      { ...row, fields },
      { ...row, fields, stale: { from: '2021-10-20', to: null } },
      { ...row, change: 'added' as const },
    ];

    for await (const _ of tally.count(stream(found)));

    expect(tally.summary).toMatchObject({ added: 1, changed: 3, removed: 0, stale: 1, current_again: 1 });
    expect(tally.summary.fields).toEqual([{ field: 'A3.7', rows: 2 }]);
  });
});
