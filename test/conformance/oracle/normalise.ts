/**
 * Takes out of a history what can never be the same in two homes: times, the homes' own identifiers, and the wording
 * of errors that the platform words. What an error is called stays.
 */
import type { RawEvent } from './home.ts';

type Value = unknown;
type Entries = Readonly<Record<string, Value>>;

export interface PlainEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  /** Data as values, where the history has JSON texts. */
  readonly details: Entries;
}

const TIME = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|\+00:00)/g;
const ARN = /arn:aws:states:us-east-1:\d{12}:(?:stateMachine:|execution:[^:]+:)/g;
/** What is left of a cause is recognised by so many characters. */
const MIN_CUT_LENGTH = 20;
const TIME_KEYS: ReadonlySet<string> = new Set(['StartDate', 'StopDate']);

/** Errors whose cause the platform words; a function's own error and a Fail state's have the author's words. */
const PLATFORM_ERROR = /^(States\.(?!Runtime)|DynamoDB\.|Sfn\.|StepFunctions\.|Lambda\.)/;

/** What a service adds to a result for its callers' logs, and neither machine reads. */
const DESCRIPTION = 'ExecutionArn Name StateMachineArn Status StartDate StopDate Input Output Error Cause'.split(' ');
const RESULT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  invoke: ['ExecutedVersion', 'Payload', 'StatusCode'],
  'startExecution.sync:2': DESCRIPTION,
  describeExecution: DESCRIPTION,
};

export class Normaliser {
  /** Names of nested executions that were given none: each home makes its own. */
  readonly #nested: readonly string[];
  readonly #causes: string[] = [];

  constructor(nested: readonly string[]) {
    this.#nested = nested;
  }

  events(raw: readonly RawEvent[]): readonly PlainEvent[] {
    const plain = raw.map(plainEvent);
    for (const { details } of plain) this.#noteCause(details);
    return plain.map((event) => ({ ...event, details: this.value(event.details) as Entries }));
  }

  value(value: Value): Value {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((inner) => this.value(inner));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, TIME_KEYS.has(key) ? '<time>' : this.value(inner)]),
    );
  }

  #noteCause({ error, cause }: Entries): void {
    if (typeof error !== 'string' || typeof cause !== 'string' || cause === '') return;
    if (PLATFORM_ERROR.test(error) && !this.#causes.includes(cause)) this.#causes.push(cause);
  }

  #text(text: string): string {
    let plain = text;
    for (const cause of this.#causes) plain = withoutCause(plain, cause);
    plain = plain.replace(TIME, '<time>').replace(ARN, '');
    for (const name of this.#nested) plain = plain.replaceAll(name, '<nested>');
    return plain;
  }
}

/** Machines put causes into sentences, and cut them. */
function withoutCause(text: string, cause: string): string {
  if (text.includes(cause)) return text.replaceAll(cause, '<cause>');
  const start = text.indexOf(cause.slice(0, MIN_CUT_LENGTH));
  return start >= 0 && cause.startsWith(text.slice(start)) ? `${text.slice(0, start)}<cause>` : text;
}

function plainEvent({ id, previousEventId, type, timestamp: _, ...more }: RawEvent): PlainEvent {
  const [details = {}, ...others] = Object.values(more);
  if (others.length > 0) throw new Error(`Event ${id} has two details.`);
  return { id, previousEventId, type, details: plainDetails(details) };
}

function plainDetails(details: Entries): Entries {
  const { inputDetails, outputDetails, assignedVariablesDetails, roleArn, region, location, state, ...rest } = details;
  const data = ['input', 'output', 'parameters'].filter((key) => typeof rest[key] === 'string');
  const parsed = Object.fromEntries(data.map((key) => [key, JSON.parse(rest[key] as string) as Value]));
  const fields = RESULT_FIELDS[String(rest['resource'])];
  if (fields !== undefined && isObject(parsed['output'])) parsed['output'] = pick(parsed['output'], fields);
  if (rest['resource'] === 'describeExecution') parsed['output'] = withParsed(parsed['output'], ['Input', 'Output']);
  const assigned = rest['assignedVariables'];
  if (typeof assigned !== 'object' || assigned === null) return { ...rest, ...parsed };
  const variables = Object.entries(assigned).map(([name, text]) => [name, parseAssigned(text as string)]);
  return { ...rest, ...parsed, assignedVariables: Object.fromEntries(variables) };
}

/** JSON texts whose white space is the home's own. */
function withParsed(value: Value, keys: readonly string[]): Value {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, keys.includes(key) ? JSON.parse(String(inner)) : inner]),
  );
}

/** The oracle puts quotes around a text and escapes nothing inside it. */
function parseAssigned(text: string): Value {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(1, -1);
  }
}

function pick(value: Entries, fields: readonly string[]): Entries {
  return Object.fromEntries(Object.entries(value).filter(([key]) => fields.includes(key)));
}

function isObject(value: Value): value is Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
