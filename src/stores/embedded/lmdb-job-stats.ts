import type { JobStats, JobStatsRow, LockItem } from '../job-stats.ts';
import { byAttempt, jobStatsRowOf, LOCK, lockItemOf } from '../job-stats-item.ts';
import type { Item, LmdbItemTables } from './lmdb-item-tables.ts';

const TABLE = 'JobStats';

/** JobStats as the state machine has written it, in DynamoDB JSON. */
export class LmdbJobStats implements JobStats {
  readonly #tables: LmdbItemTables;

  constructor(tables: LmdbItemTables) {
    this.#tables = tables;
  }

  async getRun(business_date: string, execution_name: string): Promise<JobStatsRow | null> {
    const item = await this.#tables.get(TABLE, keyOf(business_date, execution_name));
    return item === null ? null : jobStatsRowOf(item);
  }

  async *listRuns(options: { readonly business_date?: string } = {}): AsyncIterable<JobStatsRow> {
    let sameDate: JobStatsRow[] = [];
    for await (const item of this.#tables.list(TABLE)) {
      const key = item['business_date'];
      const businessDate = key !== undefined && 'S' in key ? key.S : '';
      if (businessDate === LOCK) continue;
      if (options.business_date !== undefined && businessDate !== options.business_date) continue;
      const next = jobStatsRowOf(item);
      if (sameDate[0] !== undefined && sameDate[0].business_date !== next.business_date) {
        yield* byAttempt(sameDate);
        sameDate = [];
      }
      sameDate.push(next);
    }
    yield* byAttempt(sameDate);
  }

  async getLock(): Promise<LockItem> {
    return lockItemOf(await this.#tables.get(TABLE, keyOf(LOCK, LOCK)));
  }
}

function keyOf(business_date: string, execution_name: string): Item {
  return { business_date: { S: business_date }, execution_name: { S: execution_name } };
}
