/** A state machine as the interpreter uses it. Made by `loadStateMachine` only, so everything in it is sound. */
import type { Expression } from './expression.ts';
import type { Template } from './template.ts';

export interface StateMachine extends StateGroup {
  readonly name: string;
  /** From the execution's start; null = no limit. */
  readonly timeoutSeconds: number | null;
}

/** States that one line of execution goes through: the machine's own, a Map's processor, a Parallel's branch. */
export interface StateGroup {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export type State =
  | TaskState
  | MapState
  | ParallelState
  | ChoiceState
  | PassState
  | WaitState
  | SucceedState
  | FailState;
export type StateType = State['type'];

/** Assignments by variable name, in the definition's order. */
export type Assign = ReadonlyMap<string, Template>;

/** What a state leaves behind when it is left. */
export interface Leaving {
  readonly assign: Assign | null;
  readonly output: Template | null;
}

interface NamedState extends Leaving {
  readonly name: string;
  /** null = End. */
  readonly next: string | null;
}

interface Retriable extends NamedState {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}
export type RetriableState = TaskState | MapState | ParallelState;

export interface TaskState extends Retriable {
  readonly type: 'Task';
  readonly resource: TaskResource;
  /** null = the state's input. */
  readonly arguments: Template | null;
  /** Whole seconds; null = no limit. */
  readonly timeoutSeconds: Template | null;
}

export interface MapState extends Retriable {
  readonly type: 'Map';
  /** null = the state's input. */
  readonly items: Template | null;
  /** null = the item itself. */
  readonly itemSelector: Template | null;
  /** 0 or null = 40. */
  readonly maxConcurrency: Template | null;
  readonly processor: StateGroup;
}

export interface ParallelState extends Retriable {
  readonly type: 'Parallel';
  readonly arguments: Template | null;
  readonly branches: readonly StateGroup[];
}

export interface ChoiceState extends Leaving {
  readonly type: 'Choice';
  readonly name: string;
  readonly choices: readonly ChoiceRule[];
  readonly default: string | null;
}

export interface ChoiceRule extends Leaving {
  readonly condition: boolean | Expression;
  readonly next: string;
}

export interface PassState extends NamedState {
  readonly type: 'Pass';
}

export interface WaitState extends NamedState {
  readonly type: 'Wait';
  readonly until: { readonly kind: 'seconds' | 'timestamp'; readonly value: Template };
}

export interface SucceedState extends NamedState {
  readonly type: 'Succeed';
}

export interface FailState {
  readonly type: 'Fail';
  readonly name: string;
  readonly error: Template | null;
  readonly cause: Template | null;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  /** null = no bound. */
  readonly maxDelaySeconds: number | null;
  readonly fullJitter: boolean;
}

export interface Catcher extends Leaving {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

/** The resources that the engine runs, by what they do. */
export type TaskResource =
  | 'lambda:invoke'
  | 'dynamodb:getItem'
  | 'dynamodb:putItem'
  | 'dynamodb:updateItem'
  | 'aws-sdk:sfn:describeExecution'
  | 'states:startExecution.sync:2';
