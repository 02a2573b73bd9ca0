/** JobStats' items as the state machine writes them (DynamoDB JSON), read the same way by every driver. */
import { PermanentError } from '../errors.ts';
import type { JobStatsRow, LockItem } from './job-stats.ts';

/** Partition and sort key of the lock item. */
export const LOCK = 'LOCK';

/** What a row is not a row without. */
const REQUIRED = ['business_date', 'execution_name', 'attempt', 'status', 'fence'];

/** An item in DynamoDB JSON: `{"S": "text"}`, `{"N": "1"}`, `{"BOOL": true}`, `{"NULL": true}`. */
type StoredItem = Readonly<Record<string, object>>;
type Plain = string | number | boolean | null;

/** @throws PermanentError `STORE_CORRUPT` */
export function jobStatsRowOf(item: StoredItem): JobStatsRow {
  const row = plainOf(item);
  const missing = REQUIRED.find((attribute) => row[attribute] === undefined || row[attribute] === null);
  if (missing === undefined) return row as unknown as JobStatsRow;
  const name = `${row['business_date']} ${row['execution_name']}`;
  throw new PermanentError('STORE_CORRUPT', `The row \`${name}\` of JobStats has no \`${missing}\`.`, { missing });
}

/** The lock; nobody's and without a head where no run has been yet. */
export function lockItemOf(item: StoredItem | null): LockItem {
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

/** Ascending by attempt: by name, `attempt-10` would come before `attempt-2`. */
export function byAttempt(rows: readonly JobStatsRow[]): readonly JobStatsRow[] {
  return rows.toSorted((a, b) => a.attempt - b.attempt);
}

function plainOf(item: StoredItem): Readonly<Record<string, Plain>> {
  return Object.fromEntries(Object.entries(item).map(([attribute, value]) => [attribute, plainValueOf(value)]));
}

/** Maps and lists, which the machine does not write, become their text. */
function plainValueOf(value: object): Plain {
  if ('S' in value && typeof value.S === 'string') return value.S;
  if ('N' in value) return Number(value.N);
  if ('BOOL' in value) return value.BOOL === true;
  if ('NULL' in value) return null;
  return JSON.stringify(value);
}
