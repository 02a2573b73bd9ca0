/** What a request to run a business date means, given what has been run before (DESIGN, section 5). */
import { PermanentError } from '../errors.ts';
import { executionName } from '../job/business-date.ts';
import type { JobInput } from '../job/job-input.ts';
import type { JobStats } from '../stores/job-stats.ts';
import type { JobExecution } from './job-data.ts';
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
  /** What the engine says of the run of this name. */
  readonly execution: (run: string) => Promise<Pick<JobExecution, 'status'> | null>;
  readonly jobStats: Pick<JobStats, 'getLock' | 'listRuns'>;
  /** Whether somebody works on this execution: a run's name, or the owner of the lock. */
  readonly isAlive: (execution: string) => Promise<boolean>;
}

/**
 * Nothing yet for this date: attempt 1. Running: follow it. Interrupted: resume it. Failed or superseded: the next
 * attempt. Succeeded: nothing. A given attempt is the one that is meant; it may be the next, never a later one.
 * @throws PermanentError `DATE_OUT_OF_ORDER`, `RUN_UNKNOWN` (an attempt beyond the next), `REBUILD_UNFINISHED`
 */
export async function planRun(input: JobInput, attempt: number | null, deps: PlanDeps): Promise<RunPlan> {
  const { jobStats, isAlive } = deps;
  const lock = await jobStats.getLock();
  const attempts = await readAttempts(input.business_date, deps);
  const last = await lastAttempt(attempts);
  const chosen = attempt ?? (last === null ? 1 : last.attempt + (isOver(last.status) ? 1 : 0));
  const run = executionName(input.business_date, chosen);
  const plan = (action: RunPlan['action']): RunPlan => ({
    run,
    attempt: chosen,
    action,
    base: lock.head,
    owner: action === 'locked' ? lock.owner : null,
  });
  const status = chosen === last?.attempt ? last.status : await attempts.statusOf(chosen);
  if (status !== null) {
    if (status !== 'RUNNING') return plan('nothing');
    return plan((await isAlive(run)) ? 'follow' : 'resume');
  }
  const next = (last?.attempt ?? 0) + 1;
  if (chosen > next) {
    throw new PermanentError(
      'RUN_UNKNOWN',
      `Attempt ${chosen} of ${input.business_date} was asked for, the next one is ${next}.`,
    );
  }
  checkOrder(input, lock.as_of);
  if (lock.owner !== null && (await isAlive(lock.owner))) return plan('locked');
  if (lock.owner !== null && isRebuild(lock.owner)) {
    throw new PermanentError('REBUILD_UNFINISHED', 'A rebuild of the hashes died before they were all restored.');
  }
  // Somebody took the execution a moment ago, before its first event.
  return plan((await isAlive(run)) ? 'follow' : 'start');
}

type Status = JobExecution['status'];

/** A run that has ended, and not well: the same command begins the next attempt. */
function isOver(status: Status): boolean {
  return status !== 'RUNNING' && status !== 'SUCCEEDED';
}

/** What has been tried for a date. An engine forgets its executions some day, rows stay. */
interface Attempts {
  /** `null`: there is no such attempt. */
  readonly statusOf: (attempt: number) => Promise<Status | null>;
  /** The highest that has a row; 1 when none has. */
  readonly highest: number;
}

async function readAttempts(businessDate: string, { execution, jobStats }: PlanDeps): Promise<Attempts> {
  const rows = new Map<number, Status>();
  for await (const { attempt, status } of jobStats.listRuns({ business_date: businessDate })) {
    rows.set(attempt, status === 'succeeded' ? 'SUCCEEDED' : 'FAILED');
  }
  const statusOf: Attempts['statusOf'] = async (attempt) =>
    (await execution(executionName(businessDate, attempt)))?.status ?? rows.get(attempt) ?? null;
  return { statusOf, highest: Math.max(1, ...rows.keys()) };
}

async function lastAttempt({
  statusOf,
  highest,
}: Attempts): Promise<{ readonly attempt: number; readonly status: Status } | null> {
  for (let attempt = highest, last = null; ; attempt += 1) {
    const status = await statusOf(attempt);
    if (status === null) return last;
    last = { attempt, status };
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
