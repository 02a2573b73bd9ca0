import { PermanentError } from '../../errors.ts';
import type { JobStats, JobStatsRow, LockItem } from '../job-stats.ts';
import type { AttributeValue, Item, LmdbItemTables } from './lmdb-item-tables.ts';

const TABLE = 'JobStats';
const LOCK = 'LOCK';
/** What a row is not a row without. */
const REQUIRED = ['business_date', 'execution_name', 'attempt', 'status', 'fence'];

type Plain = string | number | boolean | null;

/** JobStats as the state machine has written it, in DynamoDB JSON. */
export class LmdbJobStats implements JobStats {
  readonly #tables: LmdbItemTables;

  constructor(tables: LmdbItemTables) {
    this.#tables = tables;
  }

  async getRun(business_date: string, execution_name: string): Promise<JobStatsRow | null> {
    const item = await this.#tables.get(TABLE, keyOf(business_date, execution_name));
    return item === null ? null : toRow(item);
  }

  async *listRuns(options: { readonly business_date?: string } = {}): AsyncIterable<JobStatsRow> {
    let sameDate: JobStatsRow[] = [];
    for await (const item of this.#tables.list(TABLE)) {
      const row = plainOf(item);
      if (row['business_date'] === LOCK) continue;
      if (options.business_date !== undefined && row['business_date'] !== options.business_date) continue;
      const next = toRow(item);
      if (sameDate[0] !== undefined && sameDate[0].business_date !== next.business_date) {
        yield* byAttempt(sameDate);
        sameDate = [];
      }
      sameDate.push(next);
    }
    yield* byAttempt(sameDate);
  }

  async getLock(): Promise<LockItem> {
    const item = await this.#tables.get(TABLE, keyOf(LOCK, LOCK));
    const lock = plainOf(item ?? {});
    const text = (attribute: string) => (typeof lock[attribute] === 'string' ? lock[attribute] : null);
    return {
      owner: text('owner'),
      fence: typeof lock['fence'] === 'number' ? lock['fence'] : 0,
      head: text('head'),
      as_of: text('as_of'),
      hashes_of: text('hashes_of'),
    };
  }
}

function keyOf(business_date: string, execution_name: string): Item {
  return { business_date: { S: business_date }, execution_name: { S: execution_name } };
}

/** Names sort `attempt-10` before `attempt-2`. */
function byAttempt(rows: readonly JobStatsRow[]): readonly JobStatsRow[] {
  return rows.toSorted((a, b) => a.attempt - b.attempt);
}

/** @throws PermanentError `STORE_CORRUPT` */
function toRow(item: Item): JobStatsRow {
  const row = plainOf(item);
  const missing = REQUIRED.find((attribute) => row[attribute] === undefined || row[attribute] === null);
  if (missing === undefined) return row as unknown as JobStatsRow;
  const name = `${row['business_date']} ${row['execution_name']}`;
  throw new PermanentError('STORE_CORRUPT', `The row \`${name}\` of JobStats has no \`${missing}\`.`, { missing });
}

function plainOf(item: Item): Readonly<Record<string, Plain>> {
  return Object.fromEntries(Object.entries(item).map(([attribute, value]) => [attribute, plainValueOf(value)]));
}

/** Maps and lists, which the machine does not write, become their text. */
function plainValueOf(value: AttributeValue): Plain {
  if ('S' in value) return value.S;
  if ('N' in value) return Number(value.N);
  if ('BOOL' in value) return value.BOOL;
  if ('NULL' in value) return null;
  return JSON.stringify(value);
}
