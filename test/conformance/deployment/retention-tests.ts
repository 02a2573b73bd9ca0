/** Holds and retention on the deployed stack, by an operator with the policy that is there for it, held to one machine. */
import { describe, expect, it } from 'vitest';
import type { JobStores } from '../../../src/stores/job-stores.ts';
import { publishOldDays } from '../rights/days.ts';
import type { BothHomes } from './operator-tests.ts';

const OLD_PAGE = '2021-01-04/1/1/mac/000000000.ndjson';
const OLD_PLAN = 'execution_input/agreements-2021-01-04/plan.json';

const STEPS: readonly (readonly string[])[] = [
  ['hold', '2021-10-20', '--by', 'Ada', '--reason', 'a letter'],
  ['holds'],
  ['retention', '--dry-run'],
  ['retention', '--by', 'Ada'],
  ['retention', '--check', '--json'],
  ['hold', '2021-10-20', '--release', '--by', 'Ada', '--reason', 'no more'],
  ['holds', '--all', '--json'],
];

export function retentionTests(homes: () => BothHomes): void {
  describe('an operator who retains', () => {
    it('holds a date, and deletes what is too old as on one machine', async () => {
      const { operators, stores, embedded } = homes();
      const retainer = await operators.with('read', 'retain');
      await leaveOldThings(stores);
      await embedded.change(leaveOldThings);

      for (const args of STEPS) {
        const [there, here] = await Promise.all([retainer(...args), embedded.lexdelta(...args)]);
        expect({ args, ...there, stdout: withoutTimes(there.stdout) }).toEqual({
          args,
          ...here,
          stdout: withoutTimes(here.stdout),
        });
      }
      expect(await oldThings(stores)).toEqual([]);
    });
  });
}

/** Tables that are too old, one of them held, and what a run left that failed. */
async function leaveOldThings({ jobDailyA3Data, jobDailyDelta, jobDailyBatchProcessing }: JobStores): Promise<void> {
  await publishOldDays(jobDailyA3Data);
  await jobDailyDelta.put(OLD_PAGE, Buffer.from('{}'));
  await jobDailyBatchProcessing.put(OLD_PLAN, Buffer.from('{}'));
}

async function oldThings({ jobDailyA3Data, jobDailyDelta, jobDailyBatchProcessing }: JobStores) {
  const lists = [
    jobDailyA3Data.list('published/as_of=2021-01-04'),
    // One of the newest tables of weekdays, so that it stays.
    jobDailyA3Data.list('published/as_of=2021-01-11/attempt=1/texts'),
    jobDailyA3Data.list('records/2021-01-04'),
    jobDailyDelta.list('2021-01-04'),
    jobDailyBatchProcessing.list('execution_input/agreements-2021-01-04'),
  ];
  const found = await Promise.all(lists.map((list) => Array.fromAsync<{ readonly key: string }>(list)));
  return found.flat().map(({ key }) => key);
}

function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'a time');
}
