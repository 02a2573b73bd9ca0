/** Retention as its callers see it: look, plan, carry out. */
import type { AttemptId } from '../../job/contracts.ts';
import type { RetentionPolicy } from '../../job/retention-policy.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { attemptOfManifest } from '../attempt-files.ts';
import { loadManifest } from '../manifest.ts';
import { heldDates } from './holds.ts';
import { type Inventory, readInventory } from './inventory.ts';
import { planRetention, type RetentionPlan } from './plan-retention.ts';

export interface RetentionDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'list'>;
  readonly policy: RetentionPolicy;
}

export interface LookedAt {
  readonly plan: RetentionPlan;
  readonly inventory: Inventory;
}

/**
 * @param head key of the manifest last published; @param running the attempt that holds the lock
 * @throws PermanentError `STORE_CORRUPT`: a hold or the head cannot be read
 */
export async function lookAtRetention(
  { head, running }: { readonly head: string | null; readonly running: AttemptId | null },
  { a3, policy }: RetentionDeps,
): Promise<LookedAt> {
  const inventory = await readInventory(a3);
  const base = head === null ? null : (await loadManifest(a3, head)).base;
  const state = {
    head: head === null ? null : attemptOfManifest(head),
    base: base === null ? null : attemptOfManifest(base),
    running,
    held: await heldDates(a3),
  };
  return { plan: planRetention(inventory, state, policy), inventory };
}
