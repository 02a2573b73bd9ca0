/** Retry and Catch. */
import type { Catcher, Retrier } from '../state-machine.ts';
import type { Fields } from './fields.ts';
import type { Successors } from './read-states.ts';

/** Step Functions: seconds of a retrier's interval, and of its longest delay, stay below these. */
const MAX_INTERVAL_SECONDS = 99_999_999;
const MAX_DELAY_SECONDS = 31_622_399;
const MAX_ATTEMPTS = 99_999_999;

/** Names that begin with `States.` are the language's own. */
const STATES_ERRORS: ReadonlySet<string> = new Set(
  [
    'ALL BranchFailed DataLimitExceeded ExceedToleratedFailureThreshold HeartbeatTimeout Http.Socket',
    'IntrinsicFailure ItemReaderFailed NoChoiceMatched ParameterPathFailure Permissions QueryEvaluationError',
    'ResultPathMatchFailure ResultWriterFailed Runtime TaskFailed Timeout',
  ].flatMap((line) => line.split(' ').map((name) => `States.${name}`)),
);

export function readRetry(state: Fields): readonly Retrier[] {
  if (!state.has('Retry')) return [];
  const entries = state.list('Retry');
  return entries.map((fields, i) => readRetrier(fields, i === entries.length - 1));
}

export function readCatch(state: Fields, successors: Successors): readonly Catcher[] {
  if (!state.has('Catch')) return [];
  const entries = state.list('Catch');
  return entries.map((fields, i) => {
    fields.only(['ErrorEquals', 'Next', 'Assign', 'Output', 'Comment'], 'A catcher');
    fields.comment();
    const errorEquals = readErrorEquals(fields, i === entries.length - 1);
    return { errorEquals, next: successors.next(fields), assign: fields.assign(), output: fields.template('Output') };
  });
}

function readRetrier(fields: Fields, isLast: boolean): Retrier {
  const known = ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy'];
  fields.only([...known, 'Comment'], 'A retrier');
  fields.comment();
  const seconds = { min: 1, integer: true };
  const intervalSeconds = fields.number('IntervalSeconds', { ...seconds, max: MAX_INTERVAL_SECONDS }) ?? 1;
  const maxDelaySeconds = fields.number('MaxDelaySeconds', { ...seconds, max: MAX_DELAY_SECONDS });
  if (maxDelaySeconds !== null && maxDelaySeconds <= intervalSeconds) {
    fields.problem('MaxDelaySeconds', 'This must be greater than IntervalSeconds.');
  }
  const jitter = fields.raw('JitterStrategy') ?? 'NONE';
  if (jitter !== 'FULL' && jitter !== 'NONE') fields.problem('JitterStrategy', 'This must be FULL or NONE.');
  return {
    errorEquals: readErrorEquals(fields, isLast),
    intervalSeconds,
    maxAttempts: fields.number('MaxAttempts', { min: 0, max: MAX_ATTEMPTS, integer: true }) ?? 3,
    backoffRate: fields.number('BackoffRate', { min: 1, max: Number.MAX_VALUE, integer: false }) ?? 2,
    maxDelaySeconds,
    fullJitter: jitter === 'FULL',
  };
}

function readErrorEquals(fields: Fields, isLast: boolean): readonly string[] {
  const names = fields.strings('ErrorEquals');
  if (names.includes('States.ALL') && (names.length > 1 || !isLast)) {
    fields.problem('ErrorEquals', '`States.ALL` stands alone, and in the last entry only.');
  }
  for (const name of names) {
    if (name.startsWith('States.') && !STATES_ERRORS.has(name)) {
      fields.problem('ErrorEquals', `The States Language has no error \`${name}\`.`);
    }
  }
  return names;
}
