/** Loads a definition in Amazon States Language: the declared part (JSONata only) and nothing else. */
import { PermanentError } from '../../errors.ts';
import type { StateMachine } from '../state-machine.ts';
import { Fields, MAX_SECONDS } from './fields.ts';
import { type DefinitionProblem, Problems } from './problems.ts';
import { readStateGroup } from './read-states.ts';
import { Scope } from './scope.ts';
import { substitute } from './substitute.ts';

export interface DefinitionOptions {
  /** The machine's name, also its ARN for `StateMachineArn`. */
  readonly name: string;
  /** What `${Token}` in the definition's texts stands for. */
  readonly substitutions: Readonly<Record<string, string>>;
}

const TOP_LEVEL = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'];

/** @throws PermanentError `DEFINITION_INVALID` with every problem and its JSON pointer */
export function loadStateMachine(definition: unknown, options: DefinitionOptions): StateMachine {
  const { machine, problems } = read(definition, options);
  if (problems.length === 0) return machine;
  const list = problems.map(({ pointer, message }) => `${pointer === '' ? '/' : pointer}: ${message}`).join(' ');
  throw new PermanentError(
    'DEFINITION_INVALID',
    `The state machine \`${options.name}\` has ${problems.length} problem(s). ${list}`,
    {
      machine: options.name,
      problems: problems.length,
    },
  );
}

/** Every problem of a definition, in the order of reading; empty when it can be run. */
export function findDefinitionProblems(definition: unknown, options: DefinitionOptions): readonly DefinitionProblem[] {
  return read(definition, options).problems;
}

function read(
  definition: unknown,
  { name, substitutions }: DefinitionOptions,
): { readonly machine: StateMachine; readonly problems: readonly DefinitionProblem[] } {
  const problems = new Problems();
  const scope = new Scope(null);
  const top = new Fields(substitute(definition, substitutions, problems), '', problems, scope);
  top.only(TOP_LEVEL, 'A state machine');
  top.comment();
  if (top.raw('QueryLanguage') !== 'JSONata') top.problem('QueryLanguage', 'This must be JSONata.');
  if (top.has('Version') && top.raw('Version') !== '1.0') top.problem('Version', 'This must be 1.0.');
  const timeoutSeconds = top.number('TimeoutSeconds', { min: 1, max: MAX_SECONDS, integer: true });
  const group = readStateGroup(top, { problems, stateNames: new Set() });
  scope.check(problems);
  return { machine: { name, timeoutSeconds, ...group }, problems: problems.list };
}
