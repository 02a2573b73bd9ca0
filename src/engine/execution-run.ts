/** One execution while this process runs it: numbers its events, commits them, closes it. */
import type { EngineContext, ExecutionOutcome } from './engine-context.ts';
import {
  type EventDetails,
  type EventType,
  type HistoryEvent,
  IN_FULL,
  MAX_EVENTS,
  type PendingEvent,
  SIDE_EVENTS,
} from './history-event.ts';
import type { ExecutionRecord, ExecutionStatus, Frame, JournalCommit } from './journal.ts';
import type { Json } from './json.ts';
import type { RunControl } from './run-control.ts';
import { Halt, type HaltKind, HaltReason } from './state-error.ts';
import type { StateMachine } from './state-machine.ts';

export type ClosedStatus = Exclude<ExecutionStatus, 'RUNNING'>;

/** How an execution ends. Absent = none. */
export interface Ending {
  readonly status: ClosedStatus;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

export class ExecutionRun {
  readonly context: EngineContext;
  readonly machine: StateMachine;
  readonly control: RunControl;
  /** Aborted when the execution must end, for whatever {@link HaltReason}. */
  readonly signal: AbortSignal;
  readonly #own = new AbortController();
  readonly #restored: ReadonlyMap<string, Frame>;
  #record: ExecutionRecord;
  #lastEventId: number;
  #abortedAs: Ending | null = null;
  /** The last events that fit, when the execution reached its limit. */
  #overflow: readonly PendingEvent[] = [];

  constructor(
    context: EngineContext,
    {
      machine,
      record,
      control,
      outerSignal,
    }: {
      readonly machine: StateMachine;
      readonly record: ExecutionRecord;
      readonly control: RunControl;
      readonly outerSignal: AbortSignal;
    },
  ) {
    this.context = context;
    this.machine = machine;
    this.control = control;
    this.signal = AbortSignal.any([outerSignal, this.#own.signal]);
    this.#record = record;
    this.#lastEventId = context.journal.lastEventId(record.name);
    this.#restored = new Map([...context.journal.frames(record.name)].map(({ path, frame }) => [path, frame]));
  }

  get record(): ExecutionRecord {
    return this.#record;
  }
  /** Where the line with this path stood when the execution was last run; null when it had not begun. */
  restored(path: string): Frame | null {
    return this.#restored.get(path) ?? null;
  }

  /** Journals the beginning, or that the execution goes on after its process ended. */
  async begin(): Promise<void> {
    const isNew = this.#lastEventId === 0;
    if (this.#lastEventId >= MAX_EVENTS - 1) {
      this.abort('event-limit'); // Killed just before it could be closed.
      return;
    }
    if (!isNew) this.#record = { ...this.#record, redriveCount: this.#record.redriveCount + 1 };
    const input = JSON.stringify(this.#record.input);
    const event = isNew
      ? this.pendingEvent('ExecutionStarted', { executionStartedEventDetails: { input, inputDetails: IN_FULL } })
      : this.pendingEvent('ExecutionRedriven', {
          executionRedrivenEventDetails: { redriveCount: this.#record.redriveCount },
        });
    await this.commit({ events: this.place([event], this.#lastEventId), record: this.#record });
  }

  pendingEvent(type: EventType, details: EventDetails = {}): PendingEvent {
    return { type, atMs: this.context.clock.now(), details };
  }

  /**
   * Gives events their ids. The commit must follow in the same turn, or ids would be journaled out of order.
   * @throws Halt when they do not fit in the history, which ends the execution
   */
  place(
    pending: readonly PendingEvent[],
    previousEventId: number,
    limit: number = MAX_EVENTS - 1,
  ): readonly HistoryEvent[] {
    this.throwIfFatal();
    const room = limit - this.#lastEventId;
    if (pending.length > room) {
      this.#overflow = pending.slice(0, Math.max(0, MAX_EVENTS - 1 - this.#lastEventId));
      this.abort('event-limit');
      throw new Halt('The history is full.');
    }
    let previous = previousEventId;
    return pending.map(({ type, atMs, details, previousEventId: own }) => {
      this.#lastEventId += 1;
      const event = {
        id: this.#lastEventId,
        previousEventId: own ?? previous,
        timestamp: new Date(atMs).toISOString(),
        type,
        ...details,
      };
      if (!SIDE_EVENTS.has(type)) previous = event.id;
      return event;
    });
  }

  /** @throws Halt when the journal refuses: then the whole nesting ends with the journal's error */
  async commit(
    parts: Partial<Omit<JournalCommit, 'execution' | 'root'>>,
    others: readonly JournalCommit[] = [],
  ): Promise<void> {
    const { name, root } = this.#record;
    const own = { execution: name, root, events: [], putFrames: [], removeBelow: [], record: null, ...parts };
    try {
      await this.context.journal.commit([own, ...others]);
    } catch (error) {
      this.control.fail(error);
      throw new Halt('The journal refused a commit.');
    }
    for (const { execution, events } of [own, ...others]) {
      for (const event of events) this.context.onEvent(execution, event);
    }
  }

  throwIfFatal(): void {
    if (this.control.fatal !== null) throw new Halt('The journal refused a commit.');
  }

  /** Ends everything that runs in this execution. */
  abort(kind: HaltKind): void {
    this.#own.abort(new HaltReason(kind));
  }

  /** Ends the execution for good with this ending. */
  abortAs(ending: Ending): void {
    this.#abortedAs ??= ending;
    this.abort('abort');
  }

  /** How the execution was told to end; null when it was not this one that was told. */
  get abortedAs(): Ending | null {
    return this.#abortedAs;
  }

  /** Ends the execution when the machine's time is over, counted from its first start. */
  async watchTimeout(ended: AbortSignal): Promise<void> {
    const { timeoutSeconds } = this.machine;
    if (timeoutSeconds === null) return;
    const { clock } = this.context;
    await clock.sleep(Math.max(0, this.#record.startedAtMs + timeoutSeconds * 1000 - clock.now()), ended);
    if (!ended.aborted) this.abort('timeout');
  }

  /** Journals the end together with the last events of the root's line. */
  async close(ending: Ending, pending: readonly PendingEvent[], previousEventId: number): Promise<ExecutionOutcome> {
    const { clock, journal } = this.context;
    const record = closedRecord(this.#record, ending, clock.now());
    const events = this.place([...pending, endEvent(ending, clock.now())], previousEventId, MAX_EVENTS);
    const { name, root } = record;
    const orphans = name === root ? journal.openBelow(root).map((orphan) => this.#closeOrphan(orphan)) : [];
    await this.commit(
      { events, record },
      orphans.filter((commit) => commit !== null),
    );
    this.#record = record;
    return outcomeOf(record);
  }

  /** Ends an execution whose history is full, at exactly the last event that Step Functions keeps. */
  async closeFull(): Promise<ExecutionOutcome> {
    const cause = `The execution reached the maximum number of history events (${MAX_EVENTS}).`;
    return this.close({ status: 'FAILED', error: 'States.Runtime', cause }, this.#overflow, this.#lastEventId);
  }

  /** A nested execution that a kill left open, and that nobody goes on with. */
  #closeOrphan(name: string): JournalCommit | null {
    const record = this.context.journal.execution(name);
    if (record === null || record.status !== 'RUNNING') return null;
    const cause = 'The execution that started it has ended.';
    return closingCommit(this.context, record, { status: 'ABORTED', cause });
  }
}

/** The commit that closes an execution which nobody runs. */
export function closingCommit(
  { journal, clock }: Pick<EngineContext, 'journal' | 'clock'>,
  record: ExecutionRecord,
  ending: Ending,
): JournalCommit {
  const last = journal.lastEventId(record.name);
  const { type, atMs, details } = endEvent(ending, clock.now());
  const event = { id: last + 1, previousEventId: last, timestamp: new Date(atMs).toISOString(), type, ...details };
  return {
    execution: record.name,
    root: record.root,
    events: [event],
    putFrames: [],
    removeBelow: [],
    record: closedRecord(record, ending, clock.now()),
  };
}

export function outcomeOf({ status, output, error, cause }: ExecutionRecord): ExecutionOutcome {
  if (status === 'RUNNING') return { status: 'STOPPED' };
  return {
    status,
    ...(status === 'SUCCEEDED' ? { output } : {}),
    ...(error === null ? {} : { error }),
    ...(cause === null ? {} : { cause }),
  };
}

function closedRecord(record: ExecutionRecord, ending: Ending, nowMs: number): ExecutionRecord {
  const { status, output = null, error = null, cause = null } = ending;
  return { ...record, status, output, error, cause, stoppedAtMs: nowMs };
}

function endEvent({ status, output, error, cause }: Ending, atMs: number): PendingEvent {
  const why = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
  switch (status) {
    case 'SUCCEEDED': {
      const details = { output: JSON.stringify(output), outputDetails: IN_FULL };
      return { type: 'ExecutionSucceeded', atMs, details: { executionSucceededEventDetails: details } };
    }
    case 'FAILED':
      return { type: 'ExecutionFailed', atMs, details: { executionFailedEventDetails: why } };
    case 'TIMED_OUT':
      return { type: 'ExecutionTimedOut', atMs, details: { executionTimedOutEventDetails: why } };
    case 'ABORTED':
      return { type: 'ExecutionAborted', atMs, details: { executionAbortedEventDetails: why } };
  }
}
