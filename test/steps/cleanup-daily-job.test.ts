import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/job/business-date.ts';
import { DEFAULT_RETENTION } from '../../src/job/retention-policy.ts';
import { placeHold } from '../../src/publish/retention/holds.ts';
import { type CleanupDeps, cleanupDailyJob } from '../../src/steps/cleanup-daily-job.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';
import { keysOf, publishDay } from '../publish/retention/days-fixture.ts';

const DATE = '2021-10-20';
const NOTHING = { tables: 0, texts: 0, dates: [], files: 0, bytes: 0, more: false, error: null };
const x = Buffer.from('x');

describe('CleanupDailyJob', () => {
  it('deletes the folder and the plan of its attempt alone, 1,000 objects a call', async () => {
    const { deps, input } = await publishedDay();
    const { delta, plans } = deps;
    for (let page = 0; page < 1500; page += 1) await delta.put(`${DATE}/1/1/mac/${page}`, x);
    await delta.put(`${DATE}/10/1/mac/0`, x);
    await plans.put('execution_input/agreements-2021-10-20/batch-000/info.json', x);
    await plans.put('execution_input/agreements-2021-10-20-attempt-2/batch-000/info.json', x);

    const first = await cleanupDailyJob(input, deps);
    const second = await cleanupDailyJob(input, deps);
    const third = await cleanupDailyJob(input, deps);

    expect([first, second, third]).toEqual([
      { deleted: 1000, more: true, retention: null },
      { deleted: 501, more: false, retention: NOTHING },
      { deleted: 0, more: false, retention: NOTHING },
    ]);
    expect((await Array.fromAsync(delta.list(''))).map(({ key }) => key)).toEqual([`${DATE}/10/1/mac/0`]);
    expect((await Array.fromAsync(plans.list(''))).length).toBe(1);
  });

  it('deletes what is too old, of failed runs too, and says which dates', async () => {
    const { a3, deps, input } = await publishedDay();
    await publishDay(a3, '2021-08-02');
    await publishDay(a3, '2021-08-03');
    await placeHold(a3, '2021-08-03', { by: 'Ada', reason: 'a letter', at: '2021-09-01T00:00:00Z' });
    await deps.delta.put('2021-10-04/3/1/mac/0', x);
    await deps.delta.put('2021-10-08/1/1/mac/0', x);
    await deps.plans.put('execution_input/agreements-2021-10-04-attempt-3/batch-000/info.json', x);

    const { retention } = await cleanupDailyJob(input, deps);

    expect(retention).toMatchObject({ tables: 1, dates: ['2021-08-02'], files: 6 + 1 + 1 + 2, more: false });
    expect(await keysOf(a3, 'published/as_of=2021-08-02')).toEqual([]);
    expect(await keysOf(a3, 'published/as_of=2021-08-03')).toHaveLength(5);
    expect((await Array.fromAsync(deps.delta.list(''))).map(({ key }) => key)).toEqual(['2021-10-08/1/1/mac/0']);
    expect(await Array.fromAsync(deps.plans.list(''))).toEqual([]);
  });

  it('deletes the raw texts of tables that stay, and counts these tables apart', async () => {
    const { a3, deps, input } = await publishedDay();
    await publishDay(a3, '2021-10-01');

    const { retention } = await cleanupDailyJob(input, deps);

    expect(retention).toMatchObject({ tables: 0, texts: 1, dates: [], files: 2, more: false });
    expect(await keysOf(a3, 'published/as_of=2021-10-01')).toHaveLength(4);
  });

  it('succeeds where retention fails, and says why: the table is published', async () => {
    const { a3, deps, input } = await publishedDay();
    await publishDay(a3, '2021-08-02');
    a3.remove = () => Promise.reject(new Error('AccessDenied'));

    const { more, retention } = await cleanupDailyJob(input, deps);

    expect(more).toBe(false);
    expect(retention).toEqual({ ...NOTHING, more: true, error: 'AccessDenied' });
  });

  it('leaves to the next run what it has no time for', async () => {
    const { a3, deps, input } = await publishedDay();
    await publishDay(a3, '2021-08-02');
    await publishDay(a3, '2021-08-03');

    const { more, retention } = await cleanupDailyJob(input, { ...deps, shouldStop: () => true });

    expect(more).toBe(false);
    expect(retention).toMatchObject({ tables: 1, dates: ['2021-08-02'], more: true, error: null });
  });
});

/** Six days, the last of them just published. */
async function publishedDay() {
  const a3 = new MemoryJobDailyA3Data();
  let manifest = '';
  for (let days = 7; days >= 0; days -= 1) manifest = await publishDay(a3, addDays(DATE, -days));
  const deps = {
    delta: new MemoryObjectStore(),
    plans: new MemoryObjectStore(),
    a3,
    retention: DEFAULT_RETENTION,
    shouldStop: () => false,
    now: () => '2021-10-20T23:00:00.000Z',
  } satisfies CleanupDeps;
  const plan = 'execution_input/agreements-2021-10-20';
  const input = { business_date: DATE, attempt: 1, job_id: 'agreements-2021-10-20', plan, manifest };
  return { a3, deps, input };
}
