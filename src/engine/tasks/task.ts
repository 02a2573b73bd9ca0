/** What a resource owes the Task state that names it. */
import type { Json } from '../json.ts';
import type { Line } from '../line.ts';

export interface TaskCall {
  readonly line: Line;
  readonly arguments: Json;
  /** Name for the nested execution; null for other resources. */
  readonly child: string | null;
  /** The task was running when the process died. */
  readonly isResumed: boolean;
  readonly signal: AbortSignal;
}

export interface Task {
  /** As in history events, e.g. `invoke` of `lambda`. */
  readonly resource: string;
  readonly resourceType: string;
  /** Runs an execution of its own. */
  readonly isNested: boolean;
  /**
   * @throws StateError when the task fails
   * @throws Halt when a nested execution was stopped
   */
  run(call: TaskCall): Promise<Json>;
}

/** Step Functions: the longest Cause, in characters. */
const MAX_CAUSE_LENGTH = 32_768;

export function shortCause(cause: string): string {
  return cause.slice(0, MAX_CAUSE_LENGTH);
}
