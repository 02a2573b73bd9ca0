import type { Json } from '../json.ts';
import type { Line } from '../line.ts';
import type { MapState } from '../state-machine.ts';
import { type ChildPlan, runChildren } from './run-children.ts';

/** Step Functions runs about so many iterations of an inline Map at once, whatever MaxConcurrency says. */
const MAX_INLINE_CONCURRENCY = 40;

/** @returns the iterations' outputs, in the order of the items */
export async function runMap(line: Line, state: MapState): Promise<Json> {
  if (line.frame.stage.kind !== 'children') await begin(line, state);
  const { stage } = line.frame;
  const { items, concurrency } = stage.kind === 'children' ? stage : { items: [], concurrency: 1 };
  const end = await runChildren(line, iterations(line, state, items, concurrency));
  line.dropChildren(end.lastEventId);
  if (end.failure !== null) {
    for (const [index, previous] of end.cancelled) {
      line.note('MapIterationAborted', { mapIterationAbortedEventDetails: { name: state.name, index } }, previous);
    }
    line.note('MapStateFailed');
    throw end.failure;
  }
  const { value } = line.data(end.outputs, 'The result');
  line.note('MapStateSucceeded');
  return value;
}

async function begin(line: Line, state: MapState): Promise<void> {
  await line.beforeWork();
  const items = state.items === null ? line.frame.input : await line.evaluate(state.items);
  if (!Array.isArray(items)) throw line.evaluationError('The items of a Map must be an array.');
  line.data(items, 'The items');
  const concurrency = await readConcurrency(line, state);
  line.beginAttempt();
  line.setStage({ kind: 'children', items, input: null, concurrency });
  line.note('MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  await line.save();
}

async function readConcurrency(line: Line, { maxConcurrency }: MapState): Promise<number> {
  const value = maxConcurrency === null ? 0 : await line.evaluate(maxConcurrency);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw line.evaluationError('MaxConcurrency must be a whole number of at least 0.');
  }
  return value === 0 ? MAX_INLINE_CONCURRENCY : Math.min(value, MAX_INLINE_CONCURRENCY);
}

function iterations(line: Line, state: MapState, items: readonly Json[], concurrency: number): ChildPlan {
  const details = (index: number) => ({ name: state.name, index });
  const mapItem = (index: number) => ({ index, value: items[index]! });
  return {
    count: items.length,
    concurrency,
    group: () => state.processor,
    mapItem,
    async input(child, index) {
      if (state.itemSelector === null) return child.data(items[index]!, 'The input of an iteration');
      // Evaluated where the Map stands, by the child, so that a failure is the iteration's own.
      const selected = await child.evaluate(state.itemSelector, line.bindings({}, mapItem(index)), state.name);
      return child.data(selected, 'The input of an iteration');
    },
    began: (child, index) => child.note('MapIterationStarted', { mapIterationStartedEventDetails: details(index) }),
    succeeded: (child, index) =>
      child.note('MapIterationSucceeded', { mapIterationSucceededEventDetails: details(index) }),
    failed: (child, index) => child.note('MapIterationFailed', { mapIterationFailedEventDetails: details(index) }),
  };
}
