import { describe, expect, it } from 'vitest';
import { deadlineCheck } from '../../../src/runtime/lambda/check-deadline.ts';
import { dateRule } from '../../../src/runtime/lambda/date-rule.ts';
import type { JobStatsRow, LockItem } from '../../../src/stores/job-stats.ts';

const RULE = dateRule({ timeZone: 'America/New_York', daysBack: '1', holidays: '["2026-11-26"]' });
const CALL = { signal: new AbortController().signal, shouldStop: () => false };
const RUN = 'agreements-2026-11-23';

function jobStats(asOf: string | null, runs: readonly string[]) {
  const lock: LockItem = { owner: null, fence: 1, head: null, as_of: asOf, hashes_of: null };
  const row = (name: string): JobStatsRow => ({
    business_date: '2026-11-23',
    execution_name: name,
    attempt: 1,
    status: 'running',
    fence: 1,
  });
  return {
    getLock: async () => lock,
    getRun: async (_: string, name: string) => (runs.includes(name) ? row(name) : null),
  };
}

describe('the check at the deadline', () => {
  it.each([
    ['published', '2026-11-23', [RUN], { NotStarted: 0, NotPublished: 0 }],
    ['still at work', '2026-11-20', [RUN], { NotStarted: 0, NotPublished: 1 }],
    ['never started', '2026-11-20', [], { NotStarted: 1, NotPublished: 1 }],
    ['never started, of a stack that never published', null, [], { NotStarted: 1, NotPublished: 1 }],
  ] as const)('tells a day that is %s', async (_, asOf, runs, told) => {
    const check = deadlineCheck(jobStats(asOf, runs), RULE);

    expect(await check({ scheduled_time: '2026-11-24T12:00:00Z' }, CALL)).toEqual({ run: RUN, ...told });
  });

  it.each([
    ['weekend day', '2026-11-22T12:00:00Z'],
    ['holiday', '2026-11-27T12:00:00Z'],
  ])('has nothing to complain about after a %s, and says so', async (_, scheduled_time) => {
    const check = deadlineCheck(jobStats('2026-11-20', []), RULE);

    expect(await check({ scheduled_time }, CALL)).toEqual({
      run: null,
      NotStarted: 0,
      NotPublished: 0,
    });
  });
});
