/**
 * State `CleanupDailyJob`.
 * Deletes what the attempt left in JobDailyDelta, then its plan, up to 1,000 objects a call; the last call applies retention.
 * Safe to run again. Retention takes what is left of that call's time: what it does not get done is the next run's, and what
 * fails there is told, since the table is published.
 */
import { messageOf } from '../errors.ts';
import type { CleanupInput, CleanupOutput, RetentionSummary } from '../job/contracts.ts';
import type { RetentionPolicy } from '../job/retention-policy.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { attemptFolder } from './pages/delta-keys.ts';
import { carryOutRetention, lookForRetention, type RetentionStores } from './retention.ts';

export interface CleanupDeps {
  readonly delta: Pick<ObjectStore, 'list' | 'deleteSome'>;
  readonly plans: Pick<ObjectStore, 'list' | 'deleteSome'>;
  readonly a3: RetentionStores['a3'];
  readonly retention: RetentionPolicy;
  readonly shouldStop: () => boolean;
  /** ISO. */
  readonly now: () => string;
}

export async function cleanupDailyJob(input: CleanupInput, deps: CleanupDeps): Promise<CleanupOutput> {
  const pages = await deps.delta.deleteSome(attemptFolder(input));
  if (pages.more) return { ...pages, retention: null };
  const plan = await deps.plans.deleteSome(input.plan);
  const deleted = pages.deleted + plan.deleted;
  if (plan.more) return { deleted, more: true, retention: null };
  return { deleted, more: false, retention: await retain(input, deps) };
}

/** The run holds the lock until it ends, so nobody else takes a date meanwhile. */
async function retain(input: CleanupInput, deps: CleanupDeps): Promise<RetentionSummary> {
  const { business_date, attempt, manifest: head, job_id: by } = input;
  const position = { head, running: { business_date, attempt } };
  const { a3, delta, plans, retention: policy, shouldStop, now } = deps;
  try {
    const look = await lookForRetention(position, policy, { a3, delta, plans });
    const isInUse = async () => false;
    return await carryOutRetention(look, { a3, delta, plans, policy, by, now, shouldStop, isInUse });
  } catch (error) {
    return {
      tables: 0,
      texts: 0,
      dates: [],
      files: 0,
      bytes: 0,
      more: true,
      error: messageOf(error).slice(0, MAX_CAUSE),
    };
  }
}

/** Of a cause that is kept in JobStats. */
const MAX_CAUSE = 500;
