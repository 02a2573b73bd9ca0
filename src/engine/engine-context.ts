/** What the parts of the engine reach through: everything from outside, and the way to a nested execution. */
import type { Clock } from './clock.ts';
import type { ItemTables } from './dynamodb/item-tables.ts';
import type { HistoryEvent } from './history-event.ts';
import type { ExecutionRecord, Journal } from './journal.ts';
import type { Json } from './json.ts';
import type { RunControl } from './run-control.ts';
import type { StateMachine } from './state-machine.ts';

/** How an execution ended for its caller. `STOPPED`: asked to stop, open in the journal, can be resumed. */
export interface ExecutionOutcome {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'STOPPED';
  /** Only when SUCCEEDED. */
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

/**
 * Runs a Lambda function. It gets and gives JSON data. When its signal is aborted it ends soon: it rejects, or
 * resolves with a result that stands (kept when the execution was only asked to stop).
 */
export type InvokeFunction = (
  name: string,
  payload: Json,
  options: { readonly signal: AbortSignal },
) => Promise<unknown>;

/** Called after each commit, in the order of the history. Must not throw. */
export type OnEvent = (execution: string, event: HistoryEvent) => void;

export interface EngineContext {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Bindings for every expression. */
  readonly functions: Readonly<Record<string, unknown>>;
  readonly invokeFunction: InvokeFunction;
  readonly itemTables: ItemTables;
  readonly onEvent: OnEvent;
  /** By name or ARN; null when there is none. */
  machine(name: string): StateMachine | null;
  /** The record of an execution as an execution sees it: one whose process is dead is closed first. */
  describe(name: string): Promise<ExecutionRecord | null>;
  /** Starts or goes on with an execution inside the nesting of `control`. Resolves when it has begun. */
  runNested(start: NestedStart): Promise<NestedRun>;
}

export interface NestedRun {
  readonly startedAtMs: number;
  /** Rejects only with the error that ends the whole nesting. */
  readonly ended: Promise<ExecutionOutcome>;
}

export interface NestedStart {
  readonly machine: StateMachine;
  readonly name: string;
  readonly input: Json;
  readonly root: string;
  readonly parent: string;
  readonly control: RunControl;
  /** Aborted when the parent's task must end. */
  readonly signal: AbortSignal;
}
