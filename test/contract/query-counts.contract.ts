import { describe, expect, it } from 'vitest';
import type { JobInstanceNamespaceQueryCounts, QueryCountsRow } from '../../src/stores/job-stats.ts';

/** Each driver's test file calls this once; `open` gives an empty table. */
export function queryCountsContract(driver: string, open: () => Promise<JobInstanceNamespaceQueryCounts>): void {
  describe(`JobInstanceNamespaceQueryCounts contract: ${driver}`, () => {
    it('lists the rows of one job by namespace and iteration, each as put last', async () => {
      const table = await open();
      for (const iteration of [10, 2, 1]) await table.put(row('job', 'mac', iteration, 0));
      await table.put(row('job', 'mac-2', 1, 0));
      await table.put(row('job', 'docman', 1, 0));
      await table.put(row('job-2', 'mac', 1, 0));
      await table.put(row('job', 'mac', 2, 7));

      expect(await Array.fromAsync(table.list('job'))).toEqual([
        row('job', 'docman', 1, 0),
        row('job', 'mac', 1, 0),
        row('job', 'mac', 2, 7),
        row('job', 'mac', 10, 0),
        row('job', 'mac-2', 1, 0),
      ]);
      expect(await Array.fromAsync(table.list('jo'))).toEqual([]);
    });
  });
}

function row(job_id: string, namespace: string, iteration: number, total_docs: number): QueryCountsRow {
  return { job_id, namespace, iteration, total_docs, complete: true, cause: null };
}
