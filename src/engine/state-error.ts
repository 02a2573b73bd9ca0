/** How a state ends when it does not succeed. */

/** An error of the States Language: what Retry and Catch see. */
export class StateError extends Error {
  override readonly name = 'StateError';
  /** Error name, e.g. `States.Timeout`. */
  readonly error: string;
  override readonly cause: string;
  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.error = error;
    this.cause = cause;
  }
}

/**
 * The line of execution was told to end, and must not be journaled any further. Why stands in its signal's
 * {@link HaltReason}, or in the run's fatal error.
 */
export class Halt extends Error {
  override readonly name = 'Halt';
}

/**
 * `stop`: asked from outside, the execution stays open and can be resumed. `abort`: closed from outside. `cancel`: a sibling failed, the task timed
 * out or the parent ended. `timeout`: the machine's TimeoutSeconds. `event-limit`: 25,000 events. `fatal`: the journal
 * refused a commit.
 */
export type HaltKind = 'stop' | 'abort' | 'cancel' | 'timeout' | 'event-limit' | 'fatal';

/** The `reason` of every AbortSignal that the engine gives to a task. */
export class HaltReason extends Error {
  override readonly name = 'AbortError';
  readonly kind: HaltKind;
  constructor(kind: HaltKind) {
    super(`The task was told to end: ${kind}.`);
    this.kind = kind;
  }
}

export function haltKind(signal: AbortSignal): HaltKind {
  return (signal.reason as HaltReason).kind;
}

/** Errors that `States.ALL` and `States.TaskFailed` never match. */
const ALWAYS_NAMED: ReadonlySet<string> = new Set(['States.DataLimitExceeded', 'States.Runtime']);

export function errorMatches(errorEquals: readonly string[], error: string): boolean {
  return errorEquals.some((name) => {
    if (name === error) return true;
    if (ALWAYS_NAMED.has(error)) return false;
    return name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout');
  });
}

export function dataLimitError(what: string): StateError {
  return new StateError(
    'States.DataLimitExceeded',
    `${what} has a size exceeding the maximum number of bytes service limit.`,
  );
}
