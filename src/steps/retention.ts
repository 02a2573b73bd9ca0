/** Retention over all stores, as the operator's command and the daily job run it. */
import { addDays } from '../job/business-date.ts';
import type { AttemptId, RetentionSummary } from '../job/contracts.ts';
import type { RetentionPolicy } from '../job/retention-policy.ts';
import { type ApplyRetentionDeps, applyRetention } from '../publish/retention/apply-retention.ts';
import type { Inventory } from '../publish/retention/inventory.ts';
import type { RetentionPlan } from '../publish/retention/plan-retention.ts';
import { lookAtRetention } from '../publish/retention/retain.ts';
import { deleteFailedRuns, type FailedRun, type FailedRunsDeps, findFailedRuns } from './failed-runs.ts';

/** Dates that are named in a summary: it goes through the machine's state. */
const MAX_NAMED = 31;

export interface Position {
  /** Key of the manifest last published. */
  readonly head: string | null;
  /** The attempt that holds the lock. */
  readonly running: AttemptId | null;
}

export interface RetentionLook {
  readonly plan: RetentionPlan;
  readonly inventory: Inventory;
  readonly failedRuns: readonly FailedRun[];
}

export interface RetentionStores extends Pick<FailedRunsDeps, 'delta' | 'plans'> {
  readonly a3: ApplyRetentionDeps['a3'];
}

/** Changes nothing. @throws PermanentError `STORE_CORRUPT`: a hold or the head cannot be read */
export async function lookForRetention(
  position: Position,
  policy: RetentionPolicy,
  { a3, delta, plans }: RetentionStores,
): Promise<RetentionLook> {
  const { plan, inventory } = await lookAtRetention(position, { a3, policy });
  if (plan.newest === null) return { plan, inventory, failedRuns: [] };
  const before = addDays(plan.newest, -policy.deltaDays);
  const failedRuns = await findFailedRuns({ before, running: position.running }, { delta, plans });
  return { plan, inventory, failedRuns };
}

export async function carryOutRetention(
  { plan, failedRuns }: RetentionLook,
  deps: ApplyRetentionDeps & FailedRunsDeps,
): Promise<RetentionSummary> {
  const published = await applyRetention(plan, deps);
  const failed = await deleteFailedRuns(failedRuns, deps);
  const dates = [...new Set(published.tables.map(({ business_date }) => business_date))];
  return {
    tables: published.tables.length,
    texts: published.texts.length,
    dates: dates.slice(0, MAX_NAMED),
    files: published.deleted.files + failed.files,
    bytes: published.deleted.bytes + failed.bytes,
    more: published.more || failed.more,
    error: null,
  };
}
