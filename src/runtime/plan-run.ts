/** What a request to run a business date means, given what has been run before (DESIGN, section 5). */
import type { ExecutionRecord, Journal } from '../engine/journal.ts';
import { PermanentError } from '../errors.ts';
import { executionName } from '../job/business-date.ts';
import type { JobInput } from '../job/job-input.ts';
import type { JobStats } from '../stores/job-stats.ts';
import { isRebuild } from './local-hash-rebuild.ts';

export interface RunPlan {
  readonly run: string;
  readonly attempt: number;
  /** `nothing`: it has ended before; `locked`: another date's run still works. */
  readonly action: 'start' | 'resume' | 'follow' | 'nothing' | 'locked';
  /** Manifest that the run starts, or started, from. */
  readonly base: string | null;
  /** Holder of the lock, when `locked`. */
  readonly owner: string | null;
}

export interface PlanDeps {
  readonly journal: Pick<Journal, 'execution'>;
  readonly jobStats: Pick<JobStats, 'getLock'>;
  /** Whether some process runs the execution of this name. */
  readonly isAlive: (execution: string) => boolean;
}

/**
 * Nothing yet for this date: attempt 1. Running: follow it. Interrupted: resume it. Failed or superseded: the next
 * attempt. Succeeded: nothing. A given attempt is the one that is meant; it may be the next, never a later one.
 * @throws PermanentError `DATE_OUT_OF_ORDER`, `RUN_UNKNOWN` (an attempt beyond the next), `REBUILD_UNFINISHED`
 */
export async function planRun(
  input: JobInput,
  attempt: number | null,
  { journal, jobStats, isAlive }: PlanDeps,
): Promise<RunPlan> {
  const lock = await jobStats.getLock();
  const last = lastAttempt(journal, input.business_date);
  const chosen = attempt ?? (last === null ? 1 : last.attempt + (isOver(last.record) ? 1 : 0));
  const run = executionName(input.business_date, chosen);
  const plan = (action: RunPlan['action']): RunPlan => ({
    run,
    attempt: chosen,
    action,
    base: lock.head,
    owner: action === 'locked' ? lock.owner : null,
  });
  const record = journal.execution(run);
  if (record !== null) {
    if (record.status !== 'RUNNING') return plan('nothing');
    return plan(isAlive(run) ? 'follow' : 'resume');
  }
  const next = (last?.attempt ?? 0) + 1;
  if (chosen > next) {
    throw new PermanentError(
      'RUN_UNKNOWN',
      `Attempt ${chosen} of ${input.business_date} was asked for, the next one is ${next}.`,
    );
  }
  checkOrder(input, lock.as_of);
  if (lock.owner !== null && isAlive(lock.owner)) return plan('locked');
  if (lock.owner !== null && isRebuild(lock.owner)) {
    throw new PermanentError('REBUILD_UNFINISHED', 'A rebuild of the hashes died before they were all restored.');
  }
  // A process that took the execution a moment ago, before its first event.
  return plan(isAlive(run) ? 'follow' : 'start');
}

/** A run that has ended, and not well: the same command begins the next attempt. */
function isOver(record: ExecutionRecord): boolean {
  return record.status !== 'RUNNING' && record.status !== 'SUCCEEDED';
}

function lastAttempt(
  journal: PlanDeps['journal'],
  businessDate: string,
): { readonly attempt: number; readonly record: ExecutionRecord } | null {
  for (let attempt = 1, last = null; ; attempt += 1) {
    const record = journal.execution(executionName(businessDate, attempt));
    if (record === null) return last;
    last = { attempt, record };
  }
}

function checkOrder(input: JobInput, publishedDate: string | null): void {
  if (publishedDate === null || publishedDate <= input.business_date) return;
  if (input.overrides.some(({ accept }) => accept === 'date')) return;
  throw new PermanentError(
    'DATE_OUT_OF_ORDER',
    `The table as of ${publishedDate} is published, and ${input.business_date} is before it.`,
    { published: publishedDate, business_date: input.business_date },
  );
}
