import { describe, expect, it } from 'vitest';
import type { JobStats } from '../../src/stores/job-stats.ts';

/** DynamoDB JSON, as the state machine writes it. */
export type JobStatsItem = Readonly<
  Record<string, { readonly S: string } | { readonly N: string } | { readonly BOOL: boolean } | { readonly NULL: true }>
>;

/** Each driver's test file calls this once; `open` gives a table that holds these items. */
export function jobStatsContract(driver: string, open: (items: readonly JobStatsItem[]) => Promise<JobStats>): void {
  describe(`JobStats contract: ${driver}`, () => {
    it('gives a row as the machine has written it, and nothing for other keys', async () => {
      const extra = {
        error: { NULL: true },
        gate: { N: '0.9125' },
        accepted: { BOOL: true },
        totals: { S: '{"mac":1}' },
      } as const;
      const stats = await open([{ ...row('2021-10-20', 1), ...extra }, LOCK_ITEM]);
      expect(await stats.getRun('2021-10-20', 'agreements-2021-10-20-attempt-1')).toEqual({
        business_date: '2021-10-20',
        execution_name: 'agreements-2021-10-20-attempt-1',
        attempt: 1,
        status: 'succeeded',
        fence: 7,
        error: null,
        gate: 0.9125,
        accepted: true,
        totals: '{"mac":1}',
      });
      expect(await stats.getRun('2021-10-20', 'agreements-2021-10-20')).toBeNull();
      expect(await stats.getRun('2021-10-2', 'agreements-2021-10-20-attempt-1')).toBeNull();
    });

    it('lists runs by date and attempt, all or of one date, and never the lock', async () => {
      const dates = ['2021-10-21', '2021-10-20', '2021-11-01'];
      const rows = dates.flatMap((date) => [10, 2, 1].map((attempt) => row(date, attempt)));
      const stats = await open([...rows, LOCK_ITEM]);
      const names = async (options?: Parameters<JobStats['listRuns']>[0]) =>
        (await Array.fromAsync(stats.listRuns(options))).map((run) => `${run.business_date} ${run.attempt}`);
      expect(await names()).toEqual(
        dates.toSorted().flatMap((date) => [1, 2, 10].map((attempt) => `${date} ${attempt}`)),
      );
      expect(await names({ business_date: '2021-10-21' })).toEqual(['2021-10-21 1', '2021-10-21 2', '2021-10-21 10']);
      expect(await names({ business_date: '2021-10-22' })).toEqual([]);
    });

    it('gives the lock, nobody’s before the first run', async () => {
      const nobodys = { owner: null, fence: 0, head: null, as_of: null, hashes_of: null };
      expect(await (await open([])).getLock()).toEqual(nobodys);
      const head = 'published/as_of=2021-10-20/attempt=1/manifest.json';
      expect(await (await open([LOCK_ITEM])).getLock()).toEqual({ ...nobodys, fence: 7, head, as_of: '2021-10-20' });
    });

    it('tells of a row that is none', async () => {
      const { status: _, ...broken } = row('2021-10-20', 1);
      const stats = await open([broken]);
      await expect(Array.fromAsync(stats.listRuns())).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    });
  });
}

const LOCK_ITEM: JobStatsItem = {
  business_date: { S: 'LOCK' },
  execution_name: { S: 'LOCK' },
  fence: { N: '7' },
  head: { S: 'published/as_of=2021-10-20/attempt=1/manifest.json' },
  as_of: { S: '2021-10-20' },
  hashes_of: { NULL: true },
};

function row(date: string, attempt: number) {
  return {
    business_date: { S: date },
    execution_name: { S: `agreements-${date}-attempt-${attempt}` },
    attempt: { N: String(attempt) },
    status: { S: 'succeeded' },
    fence: { N: '7' },
  } as const;
}
