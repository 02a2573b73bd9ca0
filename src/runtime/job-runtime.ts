/** Runs the job for a business date, wherever it runs: in this process, or on AWS. */
import type { JobDefaults } from '../job/job-defaults.ts';
import type { JobInput } from '../job/job-input.ts';
import type { JobStats } from '../stores/job-stats.ts';
import type { JobData } from './job-data.ts';
import type { RunPlan } from './plan-run.ts';
import type { RunEvent, RunOutcome } from './run-events.ts';

export interface RunRequest {
  readonly input: JobInput;
  /** `null`: the rule of DESIGN section 5 (start, follow, resume, next attempt, or nothing to do). */
  readonly attempt: number | null;
}

export interface FollowOptions {
  readonly onEvent?: (event: RunEvent) => void;
  /** Ends the waiting. A run in this process stops, and can go on later with the same request; any other goes on. */
  readonly signal?: AbortSignal;
}

export interface JobRuntime {
  /** Whether a run goes on without this process. */
  readonly isElsewhere: boolean;
  /** As {@link JobData.jobDefaults}. */
  readonly jobDefaults: JobDefaults | null;
  /** What has been run, and what is in force. */
  readonly jobStats: Pick<JobStats, 'getLock' | 'listRuns'>;
  /**
   * Starts, resumes or follows the run of a business date and resolves when it has ended.
   * @throws PermanentError `DATE_OUT_OF_ORDER`, `RUN_UNKNOWN` (an attempt beyond the next), `STORE_*`; on this machine
   *   `INPUT_INVALID` (an interrupted run with another input), `RUN_SUPERSEDED`, `REBUILD_UNFINISHED`
   */
  run(request: RunRequest, follow: FollowOptions): Promise<RunOutcome>;
  /** What `run` would do, without doing it. */
  preview(request: RunRequest): Promise<RunPlan>;
  close(): Promise<void>;
}
