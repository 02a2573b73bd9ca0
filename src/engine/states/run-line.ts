/** Goes through the states of a line until one ends it. */
import type { Data, Line } from '../line.ts';
import { StateError } from '../state-error.ts';
import type { State } from '../state-machine.ts';
import { runChoice } from './run-choice.ts';
import { runMap } from './run-map.ts';
import { runParallel } from './run-parallel.ts';
import { runTask } from './run-task.ts';
import { runWait } from './run-wait.ts';
import { runWithRetry } from './run-with-retry.ts';

/** Where a state leads, and with what. */
export interface Left {
  /** null = the line ends here. */
  readonly next: string | null;
  readonly data: Data;
}

/**
 * @throws StateError when a state fails and nothing catches it; its events are pending then
 * @throws Halt when the line was told to end
 */
export async function runLine(line: Line): Promise<Data> {
  for (;;) {
    const { next, data } = await runState(line, line.state);
    if (next === null) return data;
    await line.enter(next, data);
  }
}

async function runState(line: Line, state: State): Promise<Left> {
  const { input } = line.frame;
  switch (state.type) {
    case 'Task':
      return runWithRetry(line, state, () => runTask(line, state));
    case 'Map':
      return runWithRetry(line, state, () => runMap(line, state));
    case 'Parallel':
      return runWithRetry(line, state, () => runParallel(line, state));
    case 'Choice':
      return runChoice(line, state);
    case 'Wait':
      await runWait(line, state);
      return { next: state.next, data: await line.leave(state, input) };
    case 'Pass':
    case 'Succeed':
      return { next: state.next, data: await line.leave(state, input) };
    case 'Fail': {
      const error = state.error === null ? '' : await line.evaluate(state.error);
      const cause = state.cause === null ? '' : await line.evaluate(state.cause);
      if (typeof error !== 'string' || typeof cause !== 'string') {
        throw line.evaluationError('Error and Cause must be texts.');
      }
      throw new StateError(error, cause);
    }
  }
}
