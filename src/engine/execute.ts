/** Runs one execution from where it stands to its end. */
import type { ExecutionOutcome } from './engine-context.ts';
import type { Ending, ExecutionRun } from './execution-run.ts';
import { isWithinDataLimit } from './json.ts';
import { type Data, Line } from './line.ts';
import { dataLimitError, Halt, haltKind, StateError } from './state-error.ts';
import { runLine } from './states/run-line.ts';

/**
 * The execution's {@link ExecutionRun.begin} must be done.
 * @throws whatever the journal threw; nothing was written after it
 */
export async function execute(run: ExecutionRun): Promise<ExecutionOutcome> {
  const ended = new AbortController();
  const timer = run.watchTimeout(ended.signal);
  try {
    return await runToEnd(run);
  } catch (error) {
    if (!(error instanceof Halt)) run.control.fail(error); // A defect of the engine or of its clock.
    throw run.control.fatal === null ? error : run.control.fatal.error;
  } finally {
    ended.abort();
    await timer;
  }
}

async function runToEnd(run: ExecutionRun): Promise<ExecutionOutcome> {
  const line = rootLine(run);
  try {
    const { value } = await runFromStart(run, line);
    return await run.close({ status: 'SUCCEEDED', output: value }, line.takePending(), line.frame.lastEventId);
  } catch (error) {
    if (error instanceof StateError) return closeFailed(run, line, error);
    if (!(error instanceof Halt)) throw error;
    return closeHalted(run, line, error);
  }
}

function rootLine(run: ExecutionRun): Line {
  const frame = run.restored('');
  const { machine: group, signal } = run;
  return new Line({ run, path: '', group, outer: null, mapItem: null, signal, frame, lastEventId: 0 });
}

async function runFromStart(run: ExecutionRun, line: Line): Promise<Data> {
  if (run.restored('') === null) {
    const text = JSON.stringify(run.record.input);
    if (!isWithinDataLimit(text)) throw dataLimitError('The input of the execution');
    await line.enter(run.machine.startAt, { value: run.record.input, text });
  }
  return runLine(line);
}

async function closeFailed(run: ExecutionRun, line: Line, { error, cause }: StateError): Promise<ExecutionOutcome> {
  // A signal that came meanwhile changes nothing: the state had failed before.
  try {
    return await run.close(failure(error, cause), line.takePending(), line.frame.lastEventId);
  } catch (halt) {
    if (!(halt instanceof Halt)) throw halt;
    return closeHalted(run, line, halt);
  }
}

async function closeHalted(run: ExecutionRun, line: Line, halt: Halt): Promise<ExecutionOutcome> {
  if (run.control.fatal !== null || !run.signal.aborted) throw halt;
  const cancelled: Ending = { status: 'ABORTED', cause: 'The task that started the execution was ended.' };
  const endings: Readonly<Record<'timeout' | 'cancel' | 'abort', Ending>> = {
    timeout: { status: 'TIMED_OUT' }, // Step Functions gives neither error nor cause.
    cancel: cancelled,
    abort: run.abortedAs ?? cancelled,
  };
  const kind = haltKind(run.signal);
  if (kind === 'stop' || kind === 'fatal') return { status: 'STOPPED' };
  if (kind === 'event-limit') return run.closeFull();
  return run.close(endings[kind], [], line.frame.lastEventId);
}

/** A Fail state may leave out both. */
function failure(error: string, cause: string): Ending {
  return { status: 'FAILED', ...(error === '' ? {} : { error }), ...(cause === '' ? {} : { cause }) };
}
