import { expect, it } from 'vitest';
import { cleanupDailyJob } from '../../src/steps/cleanup-daily-job.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';

it('deletes the folder and the plan of its attempt alone, 1,000 objects a call', async () => {
  const delta = new MemoryObjectStore();
  const plans = new MemoryObjectStore();
  for (let page = 0; page < 1500; page += 1) await delta.put(`2021-10-20/1/1/mac/${page}`, Buffer.from('x'));
  await delta.put('2021-10-20/10/1/mac/0', Buffer.from('x'));
  await plans.put('execution_input/agreements-2021-10-20/batch-000/info.json', Buffer.from('x'));
  await plans.put('execution_input/agreements-2021-10-20-attempt-2/batch-000/info.json', Buffer.from('x'));
  const input = { business_date: '2021-10-20', attempt: 1, plan: 'execution_input/agreements-2021-10-20' };

  const first = await cleanupDailyJob(input, { delta, plans });
  const second = await cleanupDailyJob(input, { delta, plans });
  const third = await cleanupDailyJob(input, { delta, plans });

  expect([first, second, third]).toEqual([
    { deleted: 1000, more: true },
    { deleted: 501, more: false },
    { deleted: 0, more: false },
  ]);
  expect((await Array.fromAsync(delta.list(''))).map(({ key }) => key)).toEqual(['2021-10-20/10/1/mac/0']);
  expect((await Array.fromAsync(plans.list(''))).length).toBe(1);
});
