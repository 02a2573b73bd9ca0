/** Where a job keeps its data, and what commands see of it that look at it or import into it. */
import type { JobDefaults } from '../job/job-defaults.ts';
import type { JobInput } from '../job/job-input.ts';
import type { RetentionPolicy } from '../job/retention-policy.ts';
import type { JobStores } from '../stores/job-stores.ts';

/** A data folder of this machine, or a stack deployed on AWS. */
export type DataPlace =
  /** Absolute path. */
  | { readonly kind: 'folder'; readonly folder: string }
  /** @param region `null`: where the AWS configuration says */
  | { readonly kind: 'stack'; readonly stack: string; readonly region: string | null };

export type StackPlace = Extract<DataPlace, { readonly kind: 'stack' }>;

/**
 * `read` makes and changes nothing; `write` changes what is there; `import` makes a data folder that is missing, and adds
 * missing built-in governing laws, which a folder has from its first moment on and a stack from its first import on.
 */
export type DataAccess = 'read' | 'write' | 'import';

/** What the engine says of an execution, whatever its row of JobStats says. */
export interface JobExecution {
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly stoppedAtMs: number | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** The data of one job, on this machine or on AWS. Each store asks for its own rights, and for those alone. */
export interface JobData extends JobStores {
  /** What a run has that is given no input; `null`: what the command line says. */
  readonly jobDefaults: JobDefaults | null;
  /** How long things are kept; `null`: what the command line says. */
  readonly retention: RetentionPolicy | null;
  /** Whether somebody works on the run. In a data folder one that has not ended may be nobody's: it was interrupted. */
  isAlive(run: string): Promise<boolean>;
  /** `null`: the engine does not know it, or not any more. */
  execution(run: string): Promise<JobExecution | null>;
  /** What the run was started with; `null`: nobody knows it any more. */
  inputOf(run: string): Promise<JobInput | null>;
  close(): Promise<void>;
}
