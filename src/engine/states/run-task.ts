import { MAX_SECONDS } from '../definition/fields.ts';
import { nestedExecutionName } from '../execution-name.ts';
import { IN_FULL } from '../history-event.ts';
import type { Stage } from '../journal.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { Data, Line } from '../line.ts';
import { Halt, HaltReason, StateError } from '../state-error.ts';
import type { TaskState } from '../state-machine.ts';
import { TASKS } from '../tasks/tasks.ts';

type Running = Extract<Stage, { kind: 'running' }>;

/** Runs the task once; one that was running when the process died is run again with the same arguments. */
export async function runTask(line: Line, state: TaskState): Promise<Json> {
  const { stage } = line.frame;
  const isResumed = stage.kind === 'running';
  const running = isResumed ? stage : await prepare(line, state);
  await line.beforeWork();
  const task = TASKS[state.resource];
  const { resource, resourceType, isNested } = task;
  noteBegin(line, state, running);
  await line.save();

  try {
    const call = (signal: AbortSignal) =>
      task.run({ line, arguments: running.arguments, child: running.child, isResumed, signal });
    const result = checkResult(line, await callInTime(line, running.deadlineMs, isNested, call));
    line.note('TaskSucceeded', {
      taskSucceededEventDetails: { resource, resourceType, output: result.text, outputDetails: IN_FULL },
    });
    return result.value;
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    const details = { resource, resourceType, error: error.error };
    if (error instanceof TimeoutError) line.note('TaskTimedOut', { taskTimedOutEventDetails: details });
    else line.note('TaskFailed', { taskFailedEventDetails: { ...details, cause: error.cause } });
    throw error;
  }
}

async function prepare(line: Line, state: TaskState): Promise<Running> {
  await line.beforeWork();
  const { value } = line.data(
    state.arguments === null ? line.frame.input : await line.evaluate(state.arguments),
    'The arguments',
  );
  const timeoutSeconds = await readTimeout(line, state);
  const attempt = line.beginAttempt();
  const running = {
    kind: 'running' as const,
    arguments: value,
    timeoutSeconds,
    deadlineMs: timeoutSeconds === null ? null : line.run.context.clock.now() + timeoutSeconds * 1000,
    child: TASKS[state.resource].isNested ? childName(line, value, attempt) : null,
  };
  line.setStage(running);
  return running;
}

function childName(line: Line, value: Json, attempt: number): string {
  const given = isJsonObject(value) ? value['Name'] : undefined;
  return typeof given === 'string' ? given : nestedExecutionName(line.run.record.name, line.path, attempt);
}

async function readTimeout(line: Line, { timeoutSeconds }: TaskState): Promise<number | null> {
  if (timeoutSeconds === null) return null;
  const value = await line.evaluate(timeoutSeconds);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SECONDS) return value;
  throw line.evaluationError(`TimeoutSeconds must be a whole number from 1 to ${MAX_SECONDS}.`);
}

function noteBegin(line: Line, state: TaskState, { arguments: value, timeoutSeconds }: Running): void {
  const { resource, resourceType } = TASKS[state.resource];
  const timeout = timeoutSeconds === null ? {} : { timeoutInSeconds: timeoutSeconds };
  const parameters = JSON.stringify(value);
  line.note('TaskScheduled', { taskScheduledEventDetails: { resource, resourceType, parameters, ...timeout } });
  line.note('TaskStarted', { taskStartedEventDetails: { resource, resourceType } });
}

function checkResult(line: Line, value: Json): Data {
  return line.data(value, 'The result of the task');
}

/** Step Functions gives no cause with a timeout. */
class TimeoutError extends StateError {
  constructor() {
    super('States.Timeout', '');
  }
}

/**
 * The result of the call; one that comes after the deadline is thrown away. A line that is cancelled waits for its
 * call to end, and so does a nested execution that has timed out, since it must close itself.
 * @throws StateError the task's own, or `States.Timeout`
 * @throws Halt
 */
async function callInTime(
  line: Line,
  deadlineMs: number | null,
  isNested: boolean,
  call: (signal: AbortSignal) => Promise<Json>,
): Promise<Json> {
  const { clock } = line.run.context;
  const late = new AbortController();
  const isOver = deadlineMs !== null && deadlineMs <= clock.now();
  if (isOver && !isNested) throw new TimeoutError();
  if (isOver) late.abort(new HaltReason('cancel'));
  const work = settle(call(AbortSignal.any([line.signal, late.signal])));
  if (deadlineMs === null || isOver) {
    const ended = await work;
    if (isOver) throw new TimeoutError();
    return resultOf(line, ended);
  }
  const done = new AbortController();
  const timer = clock.sleep(deadlineMs - clock.now(), done.signal).then(() => null);
  const first = await Promise.race([work, timer]);
  done.abort();
  if (first !== null) return resultOf(line, first);
  late.abort(new HaltReason('cancel'));
  if (isNested) await work;
  line.throwIfHalted();
  throw new TimeoutError();
}

type Settled = { readonly value: Json } | { readonly thrown: unknown };

function settle(work: Promise<Json>): Promise<Settled> {
  return work.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  );
}

/** What a task threw after it was told to end says nothing about the task. */
function resultOf(line: Line, settled: Settled): Json {
  line.throwIfCancelled();
  if ('value' in settled) return settled.value;
  line.throwIfHalted();
  if (settled.thrown instanceof StateError || settled.thrown instanceof Halt) throw settled.thrown;
  line.run.control.fail(settled.thrown);
  throw new Halt('A task broke the engine.');
}
