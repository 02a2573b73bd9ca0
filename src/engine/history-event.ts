/** History events in the shape of Step Functions' GetExecutionHistory. Data are JSON texts, as there. */

export interface HistoryEvent extends EventDetails {
  /** 1, 2, 3, … within the execution. */
  readonly id: number;
  /** The event before it on the same line of execution; 0 for ExecutionStarted and the first state's entry. */
  readonly previousEventId: number;
  /** ISO 8601 with milliseconds. */
  readonly timestamp: string;
  readonly type: EventType;
}

interface DataDetails {
  readonly truncated: false;
}
/** Every data text stands in full. */
export const IN_FULL: DataDetails = { truncated: false };

interface ErrorDetails {
  readonly error?: string;
  readonly cause?: string;
}
interface ResourceDetails {
  /** e.g. `invoke` of `lambda`. */
  readonly resource: string;
  readonly resourceType: string;
}
interface IterationDetails {
  /** Name of the Map state. */
  readonly name: string;
  readonly index: number;
}
interface OutputDetails {
  readonly output: string;
  readonly outputDetails: DataDetails;
}
interface InputDetails {
  readonly input: string;
  readonly inputDetails: DataDetails;
}

export interface EventDetails {
  readonly executionStartedEventDetails?: InputDetails;
  readonly executionSucceededEventDetails?: OutputDetails;
  readonly executionFailedEventDetails?: ErrorDetails;
  readonly executionAbortedEventDetails?: ErrorDetails;
  readonly executionTimedOutEventDetails?: ErrorDetails;
  readonly executionRedrivenEventDetails?: { readonly redriveCount: number };
  readonly stateEnteredEventDetails?: InputDetails & { readonly name: string };
  readonly stateExitedEventDetails?: OutputDetails & {
    readonly name: string;
    /** JSON text of each new value by variable name. */
    readonly assignedVariables?: { readonly [name: string]: string };
    readonly assignedVariablesDetails?: DataDetails;
  };
  readonly taskScheduledEventDetails?: ResourceDetails & {
    readonly parameters: string;
    readonly timeoutInSeconds?: number;
  };
  readonly taskStartedEventDetails?: ResourceDetails;
  readonly taskSubmittedEventDetails?: ResourceDetails & OutputDetails;
  readonly taskSucceededEventDetails?: ResourceDetails & OutputDetails;
  readonly taskFailedEventDetails?: ResourceDetails & ErrorDetails;
  readonly taskTimedOutEventDetails?: ResourceDetails & ErrorDetails;
  readonly evaluationFailedEventDetails?: ErrorDetails & { readonly state: string };
  readonly mapStateStartedEventDetails?: { readonly length: number };
  readonly mapIterationStartedEventDetails?: IterationDetails;
  readonly mapIterationSucceededEventDetails?: IterationDetails;
  readonly mapIterationFailedEventDetails?: IterationDetails;
  readonly mapIterationAbortedEventDetails?: IterationDetails;
}

export type EventType =
  | 'ExecutionStarted'
  | 'ExecutionSucceeded'
  | 'ExecutionFailed'
  | 'ExecutionAborted'
  | 'ExecutionTimedOut'
  | 'ExecutionRedriven'
  | `${'Task' | 'Map' | 'Parallel' | 'Choice' | 'Pass' | 'Wait' | 'Succeed' | 'Fail'}StateEntered`
  | `${'Task' | 'Map' | 'Parallel' | 'Choice' | 'Pass' | 'Wait' | 'Succeed'}StateExited`
  | `Task${'Scheduled' | 'Started' | 'Submitted' | 'Succeeded' | 'Failed' | 'TimedOut'}`
  | `${'Map' | 'Parallel'}State${'Started' | 'Succeeded' | 'Failed'}`
  | `MapIteration${'Started' | 'Succeeded' | 'Failed' | 'Aborted'}`
  | 'EvaluationFailed';

/** An event before its commit, which gives it its place in the history. */
export interface PendingEvent {
  readonly type: EventType;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly details: EventDetails;
  /** Undefined: the event before it in the same commit, or the line's last one. */
  readonly previousEventId?: number;
}

/** Step Functions: events of one execution; at the last one it fails. */
export const MAX_EVENTS = 25_000;

/** Step Functions lets these name the event before them, and no later event names them. */
export const SIDE_EVENTS: ReadonlySet<EventType> = new Set<EventType>([
  'MapIterationSucceeded',
  'MapIterationFailed',
  'MapIterationAborted',
  'MapStateSucceeded',
  'ParallelStateSucceeded',
]);
