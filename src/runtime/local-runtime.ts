/** The same job on one machine: embedded engine, embedded stores, worker threads. */
import { isDeepStrictEqual } from 'node:util';
import { LmdbJournal } from '../engine/lmdb-journal.ts';
import { PermanentError } from '../errors.ts';
import { parseExecutionName } from '../job/business-date.ts';
import type { JobInput } from '../job/job-input.ts';
import { isExecutionAlive, takeExecution } from '../stores/embedded/incarnation.ts';
import type { EmbeddedStores } from '../stores/embedded/open-stores.ts';
import { followRun } from './follow-run.ts';
import type { FollowOptions, JobRuntime, RunRequest } from './job-runtime.ts';
import { openDataFolder } from './open-data-folder.ts';
import { planRun, type RunPlan } from './plan-run.ts';
import type { RunEvent, RunOutcome } from './run-events.ts';
import { isStuck, runExecution } from './run-execution.ts';
import { RunProgress } from './run-progress.ts';
import { type RunReport, readEndedReport } from './run-report.ts';
import type { RuntimeConfig } from './runtime-config.ts';

/** @throws PermanentError `STORE_*`, `CONFIG_INVALID` */
export async function openLocalRuntime(config: RuntimeConfig): Promise<JobRuntime> {
  const stores = await openDataFolder(config.dataFolder);
  return new EmbeddedRuntime(config, stores);
}

/** Runs nothing by itself: reads JobStats and the journal, and opens guarded stores for the run that it takes. */
class EmbeddedRuntime implements JobRuntime {
  readonly isElsewhere = false;
  readonly jobDefaults = null;
  readonly #config: RuntimeConfig;
  readonly #stores: EmbeddedStores;
  readonly #journal: LmdbJournal;

  constructor(config: RuntimeConfig, stores: EmbeddedStores) {
    this.#config = config;
    this.#stores = stores;
    this.#journal = new LmdbJournal(stores.environment);
  }

  get jobStats(): JobRuntime['jobStats'] {
    return this.#stores.jobStats;
  }

  async run(
    request: RunRequest,
    { onEvent = () => {}, signal = new AbortController().signal }: FollowOptions,
  ): Promise<RunOutcome> {
    let attempt = request.attempt;
    for (;;) {
      const plan = await this.#plan({ ...request, attempt });
      const { run, action } = plan;
      if (action === 'locked') return { kind: 'locked', owner: plan.owner ?? '' };
      if (action === 'nothing') return { kind: 'ended', ran: false, report: await this.#report(run) };
      attempt = plan.attempt; // From here on it is this run that was asked for, whoever works on it.
      if (action !== 'follow') {
        const outcome = await this.#work(run, plan.attempt, request.input, onEvent, signal);
        if (outcome === 'stopped') return { kind: 'stopped', run, following: false };
        if (outcome === 'ended') return { kind: 'ended', ran: true, report: await this.#report(run) };
      }
      onEvent({ type: 'run', mode: 'following', run, attempt });
      const progress = new RunProgress(run, onEvent, { countsPages: true });
      const followed = await followRun(run, {
        journal: this.#journal,
        isAlive: (execution) => isExecutionAlive(this.#config.dataFolder, execution),
        onEvent: (event) => progress.take(run, event),
        signal,
      });
      if (followed === 'stopped') return { kind: 'stopped', run, following: true };
      if (followed === 'ended') return { kind: 'ended', ran: true, report: await this.#report(run) };
    }
  }

  async preview(request: RunRequest): Promise<RunPlan> {
    return this.#plan(request);
  }

  close(): Promise<void> {
    return this.#stores.close();
  }

  #plan({ input, attempt }: RunRequest): ReturnType<typeof planRun> {
    return planRun(input, attempt, {
      execution: async (run) => this.#journal.execution(run),
      jobStats: this.#stores.jobStats,
      isAlive: async (execution) => isExecutionAlive(this.#config.dataFolder, execution),
    });
  }

  /** Takes the execution and works on it until it ends; `elsewhere`: another process was faster. */
  async #work(
    run: string,
    attempt: number,
    input: JobInput,
    onEvent: (event: RunEvent) => void,
    signal: AbortSignal,
  ): Promise<'ended' | 'stopped' | 'elsewhere'> {
    const taken = await takeExecution({ folder: this.#config.dataFolder, execution: run });
    if ('runningBy' in taken) return 'elsewhere';
    try {
      // Looked at only now: until it was taken another process may have begun it, or brought it to its end.
      const record = this.#journal.execution(run);
      if (record !== null && record.status !== 'RUNNING') {
        await taken.release();
        return 'elsewhere';
      }
      if (record !== null && !isDeepStrictEqual(record.input, JSON.parse(JSON.stringify(input)))) {
        throw otherInput(run, record.input, input);
      }
      onEvent({ type: 'run', mode: record === null ? 'new' : 'resumed', run, attempt });
      const outcome = await runExecution(this.#config, taken.guard, { run, input, onEvent, signal });
      await taken.release();
      return outcome.status === 'STOPPED' ? 'stopped' : 'ended';
    } catch (error) {
      if (!isStuck(error)) await taken.release();
      throw error;
    }
  }

  async #report(run: string): Promise<RunReport> {
    const record = this.#journal.execution(run);
    const { business_date, attempt } = parseExecutionName(run)!;
    return readEndedReport(await this.#stores.jobStats.getRun(business_date, run), {
      run,
      business_date,
      attempt,
      record,
    });
  }
}

function otherInput(run: string, before: unknown, now: JobInput): PermanentError {
  const old = before as Readonly<Record<string, unknown>>;
  const keys = Object.keys(now).filter((key) => !isDeepStrictEqual(old[key], now[key as keyof JobInput]));
  return new PermanentError(
    'INPUT_INVALID',
    `${run} was interrupted and can go on, but it was started with another input: ${keys.join(', ')} differ.`,
    { run },
  );
}
