import type { Line } from '../line.ts';
import { StateError } from '../state-error.ts';
import type { ChoiceState } from '../state-machine.ts';
import type { Left } from './run-line.ts';

/** The first rule that holds leads on, with its own Assign and Output; the state's own belong to Default. */
export async function runChoice(line: Line, state: ChoiceState): Promise<Left> {
  const { input } = line.frame;
  for (const [i, { condition, next, ...leaving }] of state.choices.entries()) {
    const holds =
      typeof condition === 'boolean'
        ? condition
        : await line.evaluate({ kind: 'expression', expression: condition, field: `Choices/${i}/Condition` });
    if (typeof holds !== 'boolean') {
      throw line.evaluationError(`The condition of choice ${i} gave ${JSON.stringify(holds)}, which is no boolean.`);
    }
    if (holds) return { next, data: await line.leave(leaving, input) };
  }
  if (state.default === null) {
    throw new StateError(
      'States.NoChoiceMatched',
      `No choice of the state '${state.name}' matched, and it has no Default.`,
    );
  }
  return { next: state.default, data: await line.leave(state, input) };
}
