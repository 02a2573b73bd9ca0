import { compareBytes } from '../../src/agreements/byte-order.ts';
import type { JobInstanceNamespaceQueryCounts, QueryCountsRow } from '../../src/stores/job-stats.ts';

/** A {@link JobInstanceNamespaceQueryCounts} in memory, held to the same contract as the real ones. */
export class MemoryQueryCounts implements JobInstanceNamespaceQueryCounts {
  readonly #rows = new Map<string, QueryCountsRow>();

  async put(row: QueryCountsRow): Promise<void> {
    this.#rows.set(`${row.job_id}\0${row.namespace}\0${row.iteration}`, row);
  }

  async *list(job_id: string): AsyncIterable<QueryCountsRow> {
    const rows = [...this.#rows.values()].filter((row) => row.job_id === job_id);
    yield* rows.sort((a, b) => compareBytes(a.namespace, b.namespace) || a.iteration - b.iteration);
  }
}
