/** One state, by its type. */
import type { ChoiceRule, Leaving, State, StateGroup, StateType, WaitState } from '../state-machine.ts';
import { type Fields, isTimestamp, MAX_SECONDS } from './fields.ts';
import { readCatch, readRetry } from './read-errors.ts';
import { type Reading, readStateGroup, type Successors } from './read-states.ts';
import { readTask } from './read-task.ts';

const COMMON = ['Type', 'Comment'];
const FLOWING = [...COMMON, 'Assign', 'Output', 'Next', 'End'];
const RETRIABLE = [...FLOWING, 'Retry', 'Catch'];
const FIELDS: Readonly<Record<StateType, readonly string[]>> = {
  Task: [...RETRIABLE, 'Resource', 'Arguments', 'TimeoutSeconds'],
  Map: [...RETRIABLE, 'Items', 'ItemSelector', 'MaxConcurrency', 'ItemProcessor'],
  Parallel: [...RETRIABLE, 'Arguments', 'Branches'],
  Choice: [...COMMON, 'Assign', 'Output', 'Choices', 'Default'],
  Pass: FLOWING,
  Wait: [...FLOWING, 'Seconds', 'Timestamp'],
  Succeed: [...COMMON, 'Output'],
  Fail: [...COMMON, 'Error', 'Cause'],
};

/** @returns null when the type is not known */
export function readState(name: string, fields: Fields, successors: Successors, reading: Reading): State | null {
  const type = fields.raw('Type');
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) {
    fields.problem('Type', `This must be one of ${Object.keys(FIELDS).join(', ')}.`);
    return null;
  }
  fields.only(FIELDS[type as StateType], `A ${type} state`);
  fields.comment();
  return readTyped(type as StateType, name, fields, successors, reading);
}

function readTyped(type: StateType, name: string, fields: Fields, successors: Successors, reading: Reading): State {
  switch (type) {
    case 'Task':
      return { ...readTask(fields), ...readRetriable(name, fields, successors), type };
    case 'Map':
      return { ...readMap(fields, reading), ...readRetriable(name, fields, successors), type };
    case 'Parallel': {
      const branches = readBranches(fields, reading);
      return { arguments: fields.template('Arguments'), branches, ...readRetriable(name, fields, successors), type };
    }
    case 'Choice':
      return { ...readChoice(fields, successors), ...readLeaving(fields), name, type };
    case 'Pass':
      return { ...readFlow(name, fields, successors), type };
    case 'Wait':
      return { until: readWait(fields), ...readFlow(name, fields, successors), type };
    case 'Succeed':
      return { name, next: null, assign: null, output: fields.template('Output'), type };
    case 'Fail':
      return { name, error: fields.textTemplate('Error'), cause: fields.textTemplate('Cause'), type };
  }
}

function readLeaving(fields: Fields): Leaving {
  return { assign: fields.assign(), output: fields.template('Output') };
}

function readFlow(name: string, fields: Fields, successors: Successors) {
  return { name, next: readNext(fields, successors), ...readLeaving(fields) };
}

function readRetriable(name: string, fields: Fields, successors: Successors) {
  const flow = readFlow(name, fields, successors);
  return { ...flow, retry: readRetry(fields), catch: readCatch(fields, successors) };
}

/** @returns null for End */
function readNext(fields: Fields, successors: Successors): string | null {
  if (fields.has('End') && fields.raw('End') !== true) fields.problem('End', 'This must be true, or not be there.');
  if (fields.has('Next') === fields.has('End')) {
    fields.problems.add(fields.pointer, 'A state has either `Next` or `End`.');
    return null;
  }
  return fields.has('Next') ? successors.next(fields) : null;
}

function readMap(fields: Fields, reading: Reading) {
  fields.need('ItemProcessor');
  const processor = fields.fields('ItemProcessor', fields.innerScope());
  processor.only(['ProcessorConfig', 'StartAt', 'States', 'Comment'], 'An ItemProcessor');
  processor.comment();
  if (processor.has('ProcessorConfig')) {
    const config = processor.fields('ProcessorConfig');
    config.only(['Mode'], 'A ProcessorConfig');
    if (config.raw('Mode') !== 'INLINE') config.problem('Mode', 'Only INLINE is run.');
  }
  const items = fields.template('Items');
  const given = fields.raw('Items');
  if (items !== null && items.kind !== 'expression' && !Array.isArray(given)) {
    fields.problem('Items', 'This must be an array, or an expression that gives one.');
  }
  return {
    items,
    itemSelector: fields.template('ItemSelector'),
    maxConcurrency: fields.numberTemplate('MaxConcurrency', { min: 0, max: MAX_SECONDS, integer: true }),
    processor: readStateGroup(processor, reading),
  };
}

function readBranches(fields: Fields, reading: Reading): readonly StateGroup[] {
  return fields
    .list('Branches', () => fields.innerScope())
    .map((branch) => {
      branch.only(['StartAt', 'States', 'Comment'], 'A branch');
      branch.comment();
      return readStateGroup(branch, reading);
    });
}

function readChoice(fields: Fields, successors: Successors) {
  const choices = fields.list('Choices').map((rule): ChoiceRule => {
    rule.only(['Condition', 'Next', 'Assign', 'Output', 'Comment'], 'A choice rule');
    rule.comment();
    return { condition: readCondition(rule), next: successors.next(rule), ...readLeaving(rule) };
  });
  return { choices, default: fields.has('Default') ? successors.next(fields, 'Default') : null };
}

function readCondition(rule: Fields): ChoiceRule['condition'] {
  rule.need('Condition');
  const template = rule.template('Condition');
  if (template?.kind === 'expression') return template.expression;
  const value = rule.raw('Condition');
  if (typeof value === 'boolean') return value;
  if (value !== undefined && template?.kind === 'literal' && template.value !== null) {
    rule.problem('Condition', 'This must be an expression, or true or false.');
  }
  return false;
}

function readWait(fields: Fields): WaitState['until'] {
  if (fields.has('Seconds') === fields.has('Timestamp')) {
    fields.problems.add(fields.pointer, 'A Wait state has either `Seconds` or `Timestamp`.');
  }
  if (fields.has('Timestamp')) {
    const value = fields.textTemplate('Timestamp')!;
    const given = fields.raw('Timestamp');
    if (value.kind === 'literal' && typeof given === 'string' && !isTimestamp(given)) {
      fields.problem('Timestamp', 'This must be an RFC 3339 time such as 2026-11-23T06:00:00Z.');
    }
    return { kind: 'timestamp', value };
  }
  const value = fields.numberTemplate('Seconds', { min: 0, max: MAX_SECONDS, integer: true });
  return { kind: 'seconds', value: value ?? { kind: 'literal', value: 0 } };
}
