/** One line of execution: the machine's own states, one Map iteration, or one Parallel branch. */
import { PermanentError } from '../errors.ts';
import type { ExecutionRun } from './execution-run.ts';
import { type EventDetails, type EventType, IN_FULL, type PendingEvent, SIDE_EVENTS } from './history-event.ts';
import type { Frame, Stage } from './journal.ts';
import { isWithinDataLimit, type Json, type JsonObject } from './json.ts';
import { dataLimitError, Halt, haltKind, StateError } from './state-error.ts';
import type { Leaving, State, StateGroup } from './state-machine.ts';
import { type Bindings, evaluateTemplate, queryError, type Template } from './template.ts';

/** JSON data with its text, which the history needs and the size is counted in. */
export interface Data {
  readonly value: Json;
  readonly text: string;
}

/** `Map.Item` of the context object. */
export interface MapItem {
  readonly index: number;
  readonly value: Json;
}

/** What a state knows at one moment, beside its input and the context. */
export interface Known {
  readonly result?: Json;
  readonly errorOutput?: JsonObject;
}

/** Events of states without work of their own ride with the next commit, up to so many. */
const MAX_PENDING_EVENTS = 100;

export class Line {
  readonly run: ExecutionRun;
  readonly path: string;
  readonly group: StateGroup;
  readonly outer: Line | null;
  readonly mapItem: MapItem | null;
  readonly signal: AbortSignal;
  #frame: Frame;
  #pending: PendingEvent[] = [];
  #dropChildren = false;
  #lastWrittenId: number;
  #hasBegun: boolean;

  constructor(place: {
    readonly run: ExecutionRun;
    readonly path: string;
    readonly group: StateGroup;
    readonly outer: Line | null;
    readonly mapItem: MapItem | null;
    readonly signal: AbortSignal;
    /** Where it stood; null for a new line, which must {@link enter} its first state. */
    readonly frame: Frame | null;
    readonly lastEventId: number;
  }) {
    this.run = place.run;
    this.path = place.path;
    this.group = place.group;
    this.outer = place.outer;
    this.mapItem = place.mapItem;
    this.signal = place.signal;
    this.#frame = place.frame ?? newFrame(place.group.startAt, place.lastEventId);
    this.#lastWrittenId = this.#frame.lastEventId;
    this.#hasBegun = place.frame !== null;
  }

  get frame(): Frame {
    return this.#frame;
  }
  /** The last event that this line journaled, where the frame has the last that others name. */
  get lastWrittenId(): number {
    return this.#lastWrittenId;
  }
  /** Whether the journal knows of it. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }
  /** @throws PermanentError `DEFINITION_INVALID` when the execution was begun with another definition */
  get state(): State {
    const { state } = this.#frame;
    const found = this.group.states.get(state);
    if (found !== undefined) return found;
    const { machine, record } = this.run;
    const what = `The execution \`${record.name}\` stands in the state \`${state}\`, which \`${machine.name}\` no longer has.`;
    throw new PermanentError('DEFINITION_INVALID', what, { execution: record.name });
  }

  /** The context object; `mapItem` is that of the iteration, or of the one about to begin. */
  contextObject(mapItem: MapItem | null = this.mapItem): JsonObject {
    const { record, machine } = this.run;
    const { state, enteredAtMs, retries } = this.#frame;
    return {
      Execution: {
        Id: record.name,
        Name: record.name,
        Input: record.input,
        StartTime: new Date(record.startedAtMs).toISOString(),
      },
      State: { Name: state, EnteredTime: new Date(enteredAtMs).toISOString(), RetryCount: sum(retries) },
      StateMachine: { Id: machine.name, Name: machine.name },
      ...(mapItem === null ? {} : { Map: { Item: { Index: mapItem.index, Value: mapItem.value } } }),
    };
  }

  bindings(known: Known = {}, mapItem: MapItem | null = this.mapItem): Bindings {
    const states = { input: this.#frame.input, ...known, context: this.contextObject(mapItem) };
    return { ...this.run.context.functions, ...this.variables(), states };
  }

  variables(): JsonObject {
    return this.outer === null ? this.#frame.variables : { ...this.outer.variables(), ...this.#frame.variables };
  }

  /** @throws StateError `States.QueryEvaluationError`, which is journaled too */
  async evaluate(template: Template, bindings = this.bindings(), state = this.#frame.state): Promise<Json> {
    try {
      return await evaluateTemplate(template, bindings, state);
    } catch (error) {
      if (error instanceof StateError) this.#noteEvaluation(error, state);
      throw error;
    }
  }

  /** The error for a value that is not of the kind that a field needs. */
  evaluationError(what: string): StateError {
    const error = queryError(this.#frame.state, what);
    this.#noteEvaluation(error, this.#frame.state);
    return error;
  }

  #noteEvaluation({ error, cause }: StateError, state: string): void {
    this.note('EvaluationFailed', { evaluationFailedEventDetails: { error, cause, state } });
  }

  /** @throws StateError `States.DataLimitExceeded` */
  data(value: Json, what: string): Data {
    const text = JSON.stringify(value);
    if (!isWithinDataLimit(text)) throw dataLimitError(`${what} of the state '${this.#frame.state}'`);
    return { value, text };
  }

  /** Adds an event to the next commit. */
  note(type: EventType, details: EventDetails = {}, previousEventId?: number): void {
    const event = this.run.pendingEvent(type, details);
    this.#pending.push(previousEventId === undefined ? event : { ...event, previousEventId });
  }

  takePending(): readonly PendingEvent[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }

  async enter(state: string, { value, text }: Data): Promise<void> {
    const enteredAtMs = this.run.context.clock.now();
    this.#frame = { ...this.#frame, state, input: value, enteredAtMs, retries: [], stage: { kind: 'entered' } };
    this.note(`${this.state.type}StateEntered`, {
      stateEnteredEventDetails: { name: state, input: text, inputDetails: IN_FULL },
    });
    if (this.#pending.length >= MAX_PENDING_EVENTS) await this.save();
  }

  /** Evaluates Assign and Output with the variables as they were, then leaves the state. */
  async leave({ assign, output }: Leaving, otherwise: Json, known: Known = {}): Promise<Data> {
    const bindings = this.bindings(known);
    const assigned: Record<string, Json> = {};
    for (const [name, template] of assign ?? []) assigned[name] = await this.evaluate(template, bindings);
    const data = this.data(output === null ? otherwise : await this.evaluate(output, bindings), 'The output');
    this.data(assigned, 'The assigned variables');
    this.#noteExit(data, assigned);
    this.#frame = { ...this.#frame, variables: { ...this.#frame.variables, ...assigned } };
    return data;
  }

  #noteExit({ text }: Data, assigned: JsonObject): void {
    const { type, name } = this.state;
    if (type === 'Fail') return; // It has no exit.
    const texts = Object.entries(assigned).map(([variable, value]) => [variable, JSON.stringify(value)]);
    const variables =
      texts.length === 0 ? {} : { assignedVariables: Object.fromEntries(texts), assignedVariablesDetails: IN_FULL };
    this.note(`${type}StateExited`, {
      stateExitedEventDetails: { name, output: text, outputDetails: IN_FULL, ...variables },
    });
  }

  setStage(stage: Stage): void {
    this.#frame = { ...this.#frame, stage };
  }
  /** Begins another attempt. @returns its number, which no other attempt of this line has */
  beginAttempt(): number {
    this.#frame = { ...this.#frame, attempt: this.#frame.attempt + 1 };
    return this.#frame.attempt;
  }
  countRetry(retrier: number): void {
    const retries = [...this.#frame.retries];
    retries[retrier] = (retries[retrier] ?? 0) + 1;
    this.#frame = { ...this.#frame, retries: Array.from(retries, (count) => count ?? 0) };
  }
  /** The children's frames go with the next commit; the line goes on after the last of their events. */
  dropChildren(lastEventId: number): void {
    this.#dropChildren = true;
    this.#frame = { ...this.#frame, lastEventId: Math.max(lastEventId, this.#frame.lastEventId) };
  }

  /**
   * Commits the pending events with the checkpoint as it stands now.
   * @throws Halt when the line was cancelled, or the journal refused
   */
  async save(): Promise<void> {
    this.throwIfCancelled();
    const events = this.run.place(this.takePending(), this.#frame.lastEventId);
    this.#lastWrittenId = events.at(-1)?.id ?? this.#lastWrittenId;
    this.#hasBegun = true;
    const lastEventId = events.findLast(({ type }) => !SIDE_EVENTS.has(type))?.id ?? this.#frame.lastEventId;
    this.#frame = { ...this.#frame, lastEventId };
    const removeBelow = this.#dropChildren ? [this.path] : [];
    this.#dropChildren = false;
    await this.run.commit({ events, putFrames: [{ path: this.path, frame: this.#frame }], removeBelow });
  }

  /**
   * Call before a state begins what takes time. When asked to stop, what is done is journaled, and nothing begins.
   * @throws Halt
   */
  async beforeWork(): Promise<void> {
    if (!this.signal.aborted) return;
    if (this.#pending.length > 0) await this.save();
    this.throwIfHalted();
  }

  /** @throws Halt when nothing new may begin: stopped, cancelled, or the journal refused */
  throwIfHalted(): void {
    if (this.signal.aborted || this.run.control.fatal !== null) throw new Halt('The execution was told to end.');
  }
  /** @throws Halt when nothing may be journaled any more; a line that was only asked to stop keeps what is done */
  throwIfCancelled(): void {
    this.run.throwIfFatal();
    if (this.signal.aborted && haltKind(this.signal) !== 'stop') throw new Halt('The execution was told to end.');
  }
}

function newFrame(state: string, lastEventId: number): Frame {
  return {
    state,
    enteredAtMs: 0,
    input: null,
    variables: {},
    attempt: 0,
    retries: [],
    lastEventId,
    stage: { kind: 'entered' },
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
