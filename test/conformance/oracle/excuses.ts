/**
 * Where the oracle differs from Step Functions: the one table of what is excused, each with its reason. An excuse
 * changes what the oracle recorded into what Step Functions does, and nothing else; it counts how often it was needed,
 * and one that never is fails the test. What generated definitions keep clear of stands below.
 */
import type { Step } from './history-tree.ts';
import type { ExecutionHistory, Recording } from './record-run.ts';

export interface Excuse {
  readonly difference: string;
  readonly reason: string;
  /** The lines of one execution as they should be, or the same object when there is nothing to excuse. */
  readonly mendLine: (steps: readonly Step[]) => readonly Step[];
}

export const EXCUSES: readonly Excuse[] = [
  {
    difference: 'ConsumedCapacity in the results of DynamoDB tasks',
    reason: 'moto reports it though no ReturnConsumedCapacity asks for it.',
    mendLine: eachStep(({ type, details }) => {
      const output = details['output'];
      if (type !== 'TaskSucceeded' || details['resourceType'] !== 'dynamodb' || !isObject(output)) return null;
      const { ConsumedCapacity, ...rest } = output;
      return ConsumedCapacity === undefined ? null : { ...details, output: rest };
    }),
  },
  {
    difference: 'a Fail state whose Error is computed to a name that begins with `States.` ends in States.Runtime',
    reason: 'The interpreter keeps these names to itself; Step Functions passes on what an expression gives.',
    mendLine: eachStep(({ type, details }) => {
      const name = /Custom Error Names MUST NOT begin .* got '(States\.\w+)'/.exec(String(details['cause']))?.[1];
      if (type !== 'ExecutionFailed' || details['error'] !== 'States.Runtime' || name === undefined) return null;
      return { error: name, cause: '<cause>' };
    }),
  },
  {
    difference: 'the history of an execution that its machine timed out lacks ExecutionTimedOut',
    reason: 'The interpreter writes the last event when the running state returns, which it does not here.',
    mendLine: (steps) => {
      if (steps[0]?.type !== 'ExecutionStarted' || steps.at(-1)?.type.startsWith('Execution')) return steps;
      return [...steps, { type: 'ExecutionTimedOut', details: {}, after: 'the event before' }];
    },
  },
];

/** What no generated definition holds, and no day comes upon, since the oracle does it otherwise. */
export const KEPT_OUT: readonly string[] = [
  'An Output that reads a variable assigned beside it: the oracle sees the new value.',
  'An Output that fails in a state with a Catch: the oracle does not catch it.',
  'A Choice without Default: the oracle fails with States.Runtime, not with States.NoChoiceMatched.',
  'An error `States.…` inside a Map or Parallel: the oracle makes States.Runtime of it.',
  'States.TaskFailed for another error `States.…`: it names all but timeouts; the oracle has it name none of them.',
  'A plain `$` in an expression: the oracle refuses it wherever it stands.',
];

const uses = new Map<Excuse, number>();

export function mend({ history, ...recording }: Recording): Recording {
  return { ...recording, history: mendHistory(history) };
}

function mendHistory({ lines, nested }: ExecutionHistory): ExecutionHistory {
  return {
    lines: Object.fromEntries(Object.entries(lines).map(([path, steps]) => [path, mendLine(steps)])),
    nested: Object.fromEntries(Object.entries(nested).map(([place, inner]) => [place, mendHistory(inner)])),
  };
}

function mendLine(given: readonly Step[]): readonly Step[] {
  let steps = given;
  for (const excuse of EXCUSES) {
    const mended = excuse.mendLine(steps);
    if (mended !== steps) uses.set(excuse, (uses.get(excuse) ?? 0) + 1);
    steps = mended;
  }
  return steps;
}

/** How many lines needed each excuse. */
export function excuseUses(): readonly { readonly excuse: Excuse; readonly lines: number }[] {
  return EXCUSES.map((excuse) => ({ excuse, lines: uses.get(excuse) ?? 0 }));
}

function eachStep(details: (step: Step) => Step['details'] | null): Excuse['mendLine'] {
  return (steps) => {
    const mended = steps.map((step) => {
      const changed = details(step);
      return changed === null ? step : { ...step, details: changed };
    });
    return mended.some((step, i) => step !== steps[i]) ? mended : steps;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
