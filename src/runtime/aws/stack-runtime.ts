/** The job on a deployed stack: Step Functions runs it, this process asks and watches. */
import { LexdeltaError, PermanentError, TransientError } from '../../errors.ts';
import type { JobDefaults } from '../../job/job-defaults.ts';
import type { Timing } from '../../stores/aws/timing.ts';
import { reportOfRun } from '../current-report.ts';
import type { StackPlace } from '../job-data.ts';
import type { FollowOptions, JobRuntime, RunRequest } from '../job-runtime.ts';
import { planRun, type RunPlan } from '../plan-run.ts';
import type { RunEvent, RunOutcome } from '../run-events.ts';
import { RunProgress } from '../run-progress.ts';
import type { RunReport } from '../run-report.ts';
import { followExecution } from './follow-execution.ts';
import { type OpenStack, openStack } from './stack-data.ts';

/** @throws as `openStack` */
export async function openStackRuntime(place: StackPlace): Promise<JobRuntime> {
  return new StackRuntime(await openStack(place));
}

export class StackRuntime implements JobRuntime {
  readonly isElsewhere = true;
  readonly jobDefaults: JobDefaults | null;
  readonly #stack: OpenStack;
  readonly #timing: Timing | undefined;

  constructor(stack: OpenStack, timing?: Timing) {
    this.jobDefaults = stack.found.jobDefaults;
    this.#stack = stack;
    this.#timing = timing;
  }

  get jobStats(): JobRuntime['jobStats'] {
    return this.#stack.stores.jobStats;
  }

  async run(
    request: RunRequest,
    { onEvent = () => {}, signal = new AbortController().signal }: FollowOptions,
  ): Promise<RunOutcome> {
    const { run, attempt, action, owner } = await this.preview(request);
    if (action === 'locked') return { kind: 'locked', owner: owner ?? '' };
    if (action === 'nothing') return { kind: 'ended', ran: false, report: await this.#report(run) };
    if (signal.aborted) return { kind: 'stopped', run, following: false };
    // The text that the schedule's starter sends for the same input: a second start is no second run.
    const begun =
      action === 'start' ? await this.#stack.executions.start(run, JSON.stringify(request.input)) : 'exists';
    onEvent({ type: 'run', mode: begun === 'started' ? 'new' : 'following', run, attempt });
    const followed = await this.#follow(run, onEvent, signal).catch((error: unknown) => {
      throw tellThatItGoesOn(error, run);
    });
    if (followed === 'stopped') return { kind: 'stopped', run, following: true };
    return { kind: 'ended', ran: true, report: await this.#report(run) };
  }

  async preview({ input, attempt }: RunRequest): Promise<RunPlan> {
    const { stores, executions } = this.#stack;
    const plan = await planRun(input, attempt, {
      jobStats: stores.jobStats,
      execution: async (run) => {
        const status = await executions.status(run);
        return status === null ? null : { status };
      },
      isAlive: async (execution) => (await executions.status(execution)) === 'RUNNING',
    });
    return { ...plan, owner: plan.owner?.split(':').at(-1) ?? null };
  }

  async close(): Promise<void> {
    this.#stack.close();
  }

  #follow(run: string, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<'ended' | 'stopped'> {
    const progress = new RunProgress(run, onEvent, { countsPages: true });
    return followExecution(run, {
      executions: this.#stack.executions,
      onEvent: (execution, event) => progress.take(execution, event),
      signal,
      ...(this.#timing === undefined ? {} : { timing: this.#timing }),
    });
  }

  async #report(run: string): Promise<RunReport> {
    const { stores, executions } = this.#stack;
    const execution = (name: string) => executions.describe(name);
    const report = await reportOfRun(run, { jobStats: stores.jobStats, execution });
    if (report !== null) return report;
    throw new PermanentError('EXECUTION_UNKNOWN', `Step Functions does not know ${run} any more.`, { run });
  }
}

/** Whoever cannot see a run any more must not take it for failed. */
function tellThatItGoesOn(error: unknown, run: string): unknown {
  if (!(error instanceof LexdeltaError)) return error;
  const what = `${run} goes on, but cannot be watched: ${error.what}`;
  const Kind = error instanceof TransientError ? TransientError : PermanentError;
  return new Kind(error.code, what, error.details, { cause: error });
}
