/** The same job on one machine: embedded engine, embedded stores, worker threads. */
import type { JobInput } from '../job/job-input.ts';
import type { RunEvent, RunOutcome, RunPreview } from './run-events.ts';
import type { RuntimeConfig } from './runtime-config.ts';

export interface RunRequest {
  readonly input: JobInput;
  /** `null`: the rule of DESIGN section 5 (start, follow, resume, next attempt, or nothing to do). */
  readonly attempt: number | null;
}

export interface LocalRuntime {
  /**
   * Starts, resumes or follows the run of a business date and resolves when it has ended.
   * @param follow.signal asks the run to stop; it can go on later with the same request
   * @throws PermanentError `DATE_OUT_OF_ORDER`, `INPUT_INVALID` (an interrupted run with another input), `STORE_*`
   */
  run(
    request: RunRequest,
    follow: { readonly onEvent?: (event: RunEvent) => void; readonly signal?: AbortSignal },
  ): Promise<RunOutcome>;
  preview(request: RunRequest): Promise<RunPreview>;
  close(): Promise<void>;
}

/** @throws PermanentError `STORE_*`, `CONFIG_INVALID` */
export declare function openLocalRuntime(config: RuntimeConfig): Promise<LocalRuntime>;
