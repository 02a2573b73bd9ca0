import type { Json } from '../json.ts';
import type { Line } from '../line.ts';
import type { ParallelState } from '../state-machine.ts';
import { runChildren } from './run-children.ts';

/** @returns the branches' outputs, in the order of the branches */
export async function runParallel(line: Line, state: ParallelState): Promise<Json> {
  if (line.frame.stage.kind !== 'children') await begin(line, state);
  const { stage } = line.frame;
  const input = stage.kind === 'children' ? stage.input : null;
  const end = await runChildren(line, {
    count: state.branches.length,
    concurrency: state.branches.length,
    group: (index) => state.branches[index]!,
    mapItem: () => null,
    input: async (child) => child.data(input, 'The input of a branch'),
    began() {},
    succeeded() {},
    failed() {},
  });
  line.dropChildren(end.lastEventId);
  if (end.failure !== null) {
    line.note('ParallelStateFailed');
    throw end.failure;
  }
  const { value } = line.data(end.outputs, 'The result');
  line.note('ParallelStateSucceeded');
  return value;
}

async function begin(line: Line, state: ParallelState): Promise<void> {
  await line.beforeWork();
  const input = state.arguments === null ? line.frame.input : await line.evaluate(state.arguments);
  line.data(input, 'The arguments');
  line.beginAttempt();
  line.setStage({ kind: 'children', items: [], input, concurrency: state.branches.length });
  line.note('ParallelStateStarted');
  await line.save();
}
