/** Where an experiment runs: on the oracle, or on the embedded engine. Both give the same kind of record. */
import type { Item } from '../../../src/engine/dynamodb/item-tables.ts';
import type { Json } from '../../../src/engine/json.ts';
import type { LambdaFunction } from './lambda-server.ts';

/** What both homes are given: nothing in it is shared between two runs. */
export interface Experiment {
  /** Goes before every name, so that experiments can share one server. */
  readonly id: string;
  /** Definitions with `${Tokens}`: `${xStateMachine}`, `${xFunction}`, `${xTable}` for what is named `x` here. */
  readonly machines: Readonly<Record<string, unknown>>;
  readonly functions: Readonly<Record<string, LambdaFunction>>;
  /** Key attributes, all texts. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

/** The name of a machine, a function or a table in its home. */
export function nameIn({ id }: Pick<Experiment, 'id'>, name: string): string {
  return `${id}-${name}`;
}

/** What the tokens of an experiment's definitions stand for. */
export function substitutionsOf(
  { id, machines, functions, tables }: Experiment,
  machineId: (name: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...Object.keys(machines).map((name) => [`${name}StateMachine`, machineId(nameIn({ id }, name))]),
    ...Object.keys(functions).map((name) => [`${name}Function`, nameIn({ id }, name)]),
    ...Object.keys(tables).map((name) => [`${name}Table`, nameIn({ id }, name)]),
  ]);
}

export interface Outcome {
  readonly status: string;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

/** As GetExecutionHistory gives it; everything but these is the event's details. */
export interface RawEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: unknown;
  readonly type: string;
  readonly [details: `${string}EventDetails`]: Readonly<Record<string, unknown>>;
}

export interface Home {
  /** Runs an execution of a machine of the experiment to its end. */
  run(machine: string, name: string, input: Json): Promise<Outcome>;
  /** What `$states.context.Execution.Id` is. */
  executionId(machine: string, name: string): string;
  /** The events of an execution, by its name or id. */
  history(nameOrId: string): Promise<readonly RawEvent[]>;
  putItem(table: string, item: Item): Promise<void>;
  getItem(table: string, key: Item): Promise<Item | null>;
}

export type OpenHome = (experiment: Experiment) => Promise<Home>;
