/** The embedded States Language engine: starts, resumes, stops and describes executions. */
import { isDeepStrictEqual } from 'node:util';
import { PermanentError } from '../errors.ts';
import { type Clock, systemClock } from './clock.ts';
import type { ItemTables } from './dynamodb/item-tables.ts';
import type {
  EngineContext,
  ExecutionOutcome,
  InvokeFunction,
  NestedRun,
  NestedStart,
  OnEvent,
} from './engine-context.ts';
import { execute } from './execute.ts';
import { executionNameProblem } from './execution-name.ts';
import { type ClosedStatus, closingCommit, ExecutionRun, outcomeOf } from './execution-run.ts';
import { expressionFunctions } from './expression-functions.ts';
import type { HistoryEvent } from './history-event.ts';
import type { ExecutionRecord, Journal } from './journal.ts';
import { type Json, throughJson } from './json.ts';
import { RunControl } from './run-control.ts';
import type { StateMachine } from './state-machine.ts';

export interface EngineOptions {
  readonly machines: readonly StateMachine[];
  readonly journal: Journal;
  readonly invokeFunction: InvokeFunction;
  readonly itemTables: ItemTables;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** Uniform in [0, 1), for jitter, `$random` and `$uuid`. Default: `Math.random`. */
  readonly random?: () => number;
  /** Whether some process runs the root execution of this name. Not asked about those that this engine runs. */
  readonly isAlive: (root: string) => boolean | Promise<boolean>;
  readonly onEvent?: OnEvent;
}

export interface StartExecution {
  /** Name of the machine. */
  readonly machine: string;
  /** 1 to 80 characters, as Step Functions allows. */
  readonly name: string;
  readonly input: Json;
  /** Asks the execution to stop, like {@link Engine.stop}. Without effect for a call that joins a running one. */
  readonly signal?: AbortSignal;
}

export interface Engine {
  /**
   * Runs an execution to its end. The same name with the same input joins or resumes one that is open.
   * @throws PermanentError `EXECUTION_EXISTS`: it is closed, or has another input or machine
   * @throws PermanentError `INPUT_INVALID`: the name is none, or the machine is not known
   * @throws whatever the journal throws; the execution stays as it was journaled last
   */
  startExecution(start: StartExecution): Promise<ExecutionOutcome>;
  /**
   * Goes on with an open execution; a closed one gives its outcome.
   * @throws PermanentError `EXECUTION_UNKNOWN`
   */
  resumeExecution(name: string, options?: { readonly signal?: AbortSignal }): Promise<ExecutionOutcome>;
  /** Asks all running tasks to end and waits for them. What is open can be resumed. */
  stop(): Promise<void>;
  /** The execution as journaled, or null. */
  describeExecution(name: string): ExecutionRecord | null;
  /** Events with ids from `fromEventId` (default 1) to the last one journaled when it is reached. */
  history(name: string, options?: { readonly fromEventId?: number }): AsyncIterable<HistoryEvent>;
  /**
   * Closes an open execution for good, as an operator does: no Catch sees it, and nothing below it goes on. One that this
   * engine runs is told to end first, and this waits for its tasks; so no task may wait for it. One that another process
   * runs finds out at its next event. What is closed already stays as it is.
   * @throws PermanentError `EXECUTION_UNKNOWN`
   */
  closeExecution(name: string, ending: CloseExecution): Promise<ExecutionRecord>;
}

export interface CloseExecution {
  readonly status: Exclude<ClosedStatus, 'SUCCEEDED'>;
  readonly error: string;
  readonly cause: string;
}

/** Events that one read of the history holds in memory. */
const HISTORY_PAGE = 500;
/** What another execution finds of one whose process has died. */
const SUPERSEDED: CloseExecution = {
  status: 'ABORTED',
  error: 'Lexdelta.Superseded',
  cause: 'Its process ended without closing it, and another execution took over.',
};

interface Running {
  readonly run: ExecutionRun;
  readonly outcome: Promise<ExecutionOutcome>;
}

export function createEngine(options: EngineOptions): Engine {
  return new EmbeddedEngine(options);
}

class EmbeddedEngine implements Engine {
  readonly #context: EngineContext;
  readonly #isAlive: EngineOptions['isAlive'];
  /** Roots and nested executions. */
  readonly #running = new Map<string, Running>();

  constructor(options: EngineOptions) {
    const { machines, clock = systemClock, random = Math.random, onEvent = () => {} } = options;
    const byName = new Map(machines.map((machine) => [machine.name, machine]));
    this.#isAlive = options.isAlive;
    this.#context = {
      journal: options.journal,
      invokeFunction: options.invokeFunction,
      itemTables: options.itemTables,
      clock,
      random,
      onEvent,
      functions: expressionFunctions(random, clock),
      machine: (name) => byName.get(name) ?? null,
      describe: (name) => this.#describeForOthers(name),
      runNested: (start) => this.#runNested(start),
    };
  }

  async startExecution({ machine, name, input: given, signal }: StartExecution): Promise<ExecutionOutcome> {
    const input = throughJson(given);
    const problem = executionNameProblem(name);
    if (problem !== null) throw new PermanentError('INPUT_INVALID', `The execution name ${problem}.`);
    const definition = this.#machine(machine);
    const found = this.#context.journal.execution(name);
    if (found !== null) {
      const isSame = found.status === 'RUNNING' && found.machine === machine && isDeepStrictEqual(found.input, input);
      if (isSame) return this.resumeExecution(name, signal === undefined ? {} : { signal });
      throw new PermanentError('EXECUTION_EXISTS', `The execution \`${name}\` exists already, ${found.status}.`, {
        name,
      });
    }
    const running = this.#running.get(name);
    if (running !== undefined) return running.outcome; // Begun in this very turn, and not journaled yet.
    const record = newRecord({ name, machine, input, root: name, parent: null, nowMs: this.#context.clock.now() });
    return this.#runRoot(definition, record, signal);
  }

  async resumeExecution(name: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<ExecutionOutcome> {
    const running = this.#running.get(name);
    if (running !== undefined) return running.outcome;
    const record = this.#known(name);
    if (record.status !== 'RUNNING') return outcomeOf(record);
    return this.#runRoot(this.#machine(record.machine), record, signal);
  }

  async stop(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { run } of running) run.control.stop();
    await Promise.allSettled(running.map(({ outcome }) => outcome));
  }

  describeExecution(name: string): ExecutionRecord | null {
    return this.#context.journal.execution(name);
  }

  async *history(
    name: string,
    { fromEventId = 1 }: { readonly fromEventId?: number } = {},
  ): AsyncIterable<HistoryEvent> {
    for (let after = Math.max(0, fromEventId - 1); ; ) {
      const page = this.#context.journal.events(name, after, HISTORY_PAGE);
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  }

  async closeExecution(name: string, ending: CloseExecution): Promise<ExecutionRecord> {
    const running = this.#running.get(name);
    running?.run.abortAs(ending);
    await running?.outcome.catch(() => {}); // Its error goes to whoever started it.
    const record = this.#known(name);
    if (record.status !== 'RUNNING') return record;
    const { journal } = this.#context;
    const below = record.root === name ? journal.openBelow(name).map((nested) => this.#known(nested)) : [];
    const commits = [record, ...below].map((each) => closingCommit(this.#context, each, ending));
    try {
      await journal.commit(commits);
    } catch (error) {
      const now = this.#known(name); // Its own process may have closed it in this very moment.
      if (now.status !== 'RUNNING') return now;
      throw error;
    }
    for (const { execution, events } of commits) for (const event of events) this.#context.onEvent(execution, event);
    return this.#known(name);
  }

  async #describeForOthers(name: string): Promise<ExecutionRecord | null> {
    const record = this.#context.journal.execution(name);
    if (record === null || record.status !== 'RUNNING') return record;
    if (this.#running.has(record.root) || (await this.#isAlive(record.root))) return record;
    return this.closeExecution(record.root, SUPERSEDED).then(() => this.#known(name));
  }

  #runRoot(machine: StateMachine, record: ExecutionRecord, signal?: AbortSignal): Promise<ExecutionOutcome> {
    const control = new RunControl();
    const stop = (): void => control.stop();
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const run = new ExecutionRun(this.#context, { machine, record, control, outerSignal: control.signal });
    const outcome = this.#track(
      run,
      run
        .begin()
        .catch(rethrowFatal(control))
        .then(() => execute(run)),
    );
    return outcome.finally(() => signal?.removeEventListener('abort', stop));
  }

  async #runNested({ machine, name, input, root, parent, control, signal }: NestedStart): Promise<NestedRun> {
    const { journal, clock } = this.#context;
    const found = journal.execution(name);
    if (found !== null && found.status !== 'RUNNING') {
      return { startedAtMs: found.startedAtMs, ended: Promise.resolve(outcomeOf(found)) };
    }
    const record = found ?? newRecord({ name, machine: machine.name, input, root, parent, nowMs: clock.now() });
    const run = new ExecutionRun(this.#context, { machine, record, control, outerSignal: signal });
    const begun = run.begin().catch(rethrowFatal(control));
    const ended = this.#track(
      run,
      begun.then(() => execute(run)),
    );
    ended.catch(() => {}); // The caller takes it from the result, or gets the same error from `begun`.
    await begun;
    return { startedAtMs: record.startedAtMs, ended };
  }

  #track(run: ExecutionRun, outcome: Promise<ExecutionOutcome>): Promise<ExecutionOutcome> {
    const { name } = run.record;
    const tracked = outcome.finally(() => this.#running.delete(name));
    this.#running.set(name, { run, outcome: tracked });
    return tracked;
  }

  #known(name: string): ExecutionRecord {
    const record = this.#context.journal.execution(name);
    if (record !== null) return record;
    throw new PermanentError('EXECUTION_UNKNOWN', `There is no execution \`${name}\`.`, { name });
  }

  #machine(name: string): StateMachine {
    const machine = this.#context.machine(name);
    if (machine !== null) return machine;
    throw new PermanentError('INPUT_INVALID', `There is no state machine \`${name}\`.`, { machine: name });
  }
}

/** A beginning that the journal refused ends with the journal's error. */
function rethrowFatal(control: RunControl): (error: unknown) => never {
  return (error) => {
    throw control.fatal === null ? error : control.fatal.error;
  };
}

function newRecord(start: {
  readonly name: string;
  readonly machine: string;
  readonly input: Json;
  readonly root: string;
  readonly parent: string | null;
  readonly nowMs: number;
}): ExecutionRecord {
  const { nowMs, ...identity } = start;
  return {
    ...identity,
    status: 'RUNNING',
    startedAtMs: nowMs,
    stoppedAtMs: null,
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
  };
}
