/**
 * State `CleanupDailyJob`.
 * Deletes what the attempt left in JobDailyDelta, then its plan, up to 1,000 objects a call. Safe to run again.
 */
import type { CleanupInput, CleanupOutput } from '../job/contracts.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { attemptFolder } from './pages/delta-keys.ts';

export interface CleanupDeps {
  readonly delta: Pick<ObjectStore, 'deleteSome'>;
  readonly plans: Pick<ObjectStore, 'deleteSome'>;
}

export async function cleanupDailyJob(input: CleanupInput, { delta, plans }: CleanupDeps): Promise<CleanupOutput> {
  const pages = await delta.deleteSome(attemptFolder(input));
  if (pages.more) return pages;
  const plan = await plans.deleteSome(input.plan);
  return { deleted: pages.deleted + plan.deleted, more: plan.more };
}
