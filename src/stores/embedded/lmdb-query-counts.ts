import type { JobInstanceNamespaceQueryCounts, QueryCountsRow } from '../job-stats.ts';
import type { Environment, Table } from './environment.ts';
import { rangeWithPrefix } from './range-with-prefix.ts';

/** Iterations have few digits: at most `max_query_iterations`. */
const ITERATION_DIGITS = 6;

/** JobInstanceNamespaceQueryCounts on LMDB: `<job id> NUL <namespace> NUL <iteration>` → row. */
export class LmdbQueryCounts implements JobInstanceNamespaceQueryCounts {
  readonly #environment: Environment;
  readonly #rows: Table<QueryCountsRow>;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#rows = environment.table<QueryCountsRow>('query-counts', 'json');
  }

  async put(row: QueryCountsRow): Promise<void> {
    const key = [row.job_id, row.namespace, String(row.iteration).padStart(ITERATION_DIGITS, '0')].join('\0');
    await this.#environment.commit(() => this.#rows.put(key, row));
  }

  async *list(job_id: string): AsyncIterable<QueryCountsRow> {
    yield* rangeWithPrefix(this.#rows, `${job_id}\0`);
  }
}
