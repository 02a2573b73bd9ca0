/**
 * What an engine must remember to go on after the process died: executions, their history, and a checkpoint of every
 * line of execution. Each commit holds events together with the checkpoint that belongs to them.
 */
import { PermanentError } from '../errors.ts';
import type { HistoryEvent } from './history-event.ts';
import type { Json, JsonObject } from './json.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface ExecutionRecord {
  readonly name: string;
  /** Name of its state machine. */
  readonly machine: string;
  /** The execution at the top of the nesting; its own name when it is not nested. */
  readonly root: string;
  /** The execution whose task started this one. */
  readonly parent: string | null;
  readonly status: ExecutionStatus;
  readonly input: Json;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly stoppedAtMs: number | null;
  /** Only when SUCCEEDED. */
  readonly output: Json;
  readonly error: string | null;
  readonly cause: string | null;
  readonly redriveCount: number;
}

/**
 * Where one line of execution stands. The root's path is `''`; a Map iteration or Parallel branch has the path
 * `<parent's path>.<attempt>-<index>`, where the attempt is the parent's {@link Frame.attempt} that began it.
 */
export interface Frame {
  readonly state: string;
  readonly enteredAtMs: number;
  readonly input: Json;
  /** Of this scope alone; outer scopes are the outer frames'. */
  readonly variables: JsonObject;
  /** How many attempts at any state this line has begun; never goes back, so that it names what an attempt started. */
  readonly attempt: number;
  /** Attempts that each retrier of the state has granted since it was entered. */
  readonly retries: readonly number[];
  /** What the line's next event names as the one before it. */
  readonly lastEventId: number;
  readonly stage: Stage;
}

export type Stage =
  /** Nothing of the state has begun. */
  | { readonly kind: 'entered' }
  /** A task runs, with these arguments. `child`: the nested execution that it started. */
  | {
      readonly kind: 'running';
      readonly arguments: Json;
      readonly timeoutSeconds: number | null;
      readonly deadlineMs: number | null;
      readonly child: string | null;
    }
  | { readonly kind: 'waiting'; readonly dueAtMs: number }
  | { readonly kind: 'backing-off'; readonly dueAtMs: number }
  /** Iterations or branches run. `items`: of a Map; `input`: of a Parallel's branches. */
  | {
      readonly kind: 'children';
      readonly items: readonly Json[];
      readonly input: Json;
      readonly concurrency: number;
    }
  /** The line has ended; its parent has not taken note yet. */
  | { readonly kind: 'succeeded'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string };

export interface StoredFrame {
  readonly path: string;
  readonly frame: Frame;
}

/** What one execution adds to the journal at once. */
export interface JournalCommit {
  readonly execution: string;
  /** See {@link ExecutionRecord.root}. */
  readonly root: string;
  /** Ascending ids, following on those already there; id 1 begins an execution. */
  readonly events: readonly HistoryEvent[];
  readonly putFrames: readonly StoredFrame[];
  /** Frames inside these are removed, before frames are put: `''` = all but the root's. */
  readonly removeBelow: readonly string[];
  /** Written when given. One that is not RUNNING closes the execution and removes its frames. */
  readonly record: ExecutionRecord | null;
}

export interface Journal {
  execution(name: string): ExecutionRecord | null;
  /** Frames of an open execution, in no particular order. */
  frames(execution: string): Iterable<StoredFrame>;
  /** Events with ids above `afterId`, ascending; at most `limit`. */
  events(execution: string, afterId: number, limit: number): readonly HistoryEvent[];
  /** 0 when there are none. */
  lastEventId(execution: string): number;
  /** Names of the open executions below a root, itself left out. */
  openBelow(root: string): readonly string[];
  /**
   * Commits all or nothing, in the order of the calls; concurrent calls may share one physical commit.
   * @throws PermanentError `RUN_SUPERSEDED` when an execution was closed meanwhile, or begins under a name that is taken
   * @throws whatever the store throws
   */
  commit(commits: readonly JournalCommit[]): Promise<void>;
}

/** What a driver throws for an execution that is not open, or not new when it should be. */
export function supersededError(execution: string): PermanentError {
  return new PermanentError(
    'RUN_SUPERSEDED',
    `The execution \`${execution}\` was closed, or begun, by another process.`,
  );
}

/** Whether this commit begins its execution. */
export function beginsExecution(commit: JournalCommit): boolean {
  return commit.events[0]?.id === 1;
}
