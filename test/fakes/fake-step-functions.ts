/**
 * Step Functions' calls as `StackExecutions` makes them, answered by the embedded engine in this process: the same
 * machines run for real. Executions are named by ARNs, histories come in small pages.
 */
import { createEngine, type Engine } from '../../src/engine/create-engine.ts';
import { loadStateMachine } from '../../src/engine/definition/load-state-machine.ts';
import type { ItemTables } from '../../src/engine/dynamodb/item-tables.ts';
import type { HistoryEvent } from '../../src/engine/history-event.ts';
import type { ExecutionRecord } from '../../src/engine/journal.ts';
import type { Json } from '../../src/engine/json.ts';
import type { StepFunction } from '../../src/runtime/functions.ts';
import { DAILY_AGREEMENT_JOB, localSubstitutions, readDefinitions } from '../../src/runtime/machines.ts';
import { MemoryJournal } from './memory-journal.ts';

const ACCOUNT = 'arn:aws:states:us-east-1:123456789012';
export const STATE_MACHINE = `${ACCOUNT}:stateMachine:lexdelta-${DAILY_AGREEMENT_JOB}`;

export function executionArn(run: string): string {
  return `${ACCOUNT}:execution:lexdelta-${DAILY_AGREEMENT_JOB}:${run}`;
}

/** Small, so that every history has many. */
const EVENTS_A_PAGE = 13;

export interface FakeStepFunctionsOptions {
  readonly itemTables: ItemTables;
  readonly functions: Readonly<Record<string, StepFunction>>;
}

type Input = Readonly<Record<string, unknown>>;

export class FakeStepFunctions {
  /** Names of the calls, in their order. */
  readonly calls: string[] = [];
  /** Inputs of the executions that were started by a call, as texts, by name. */
  readonly inputs = new Map<string, string>();
  /** Called before each call is answered; may throw instead of an answer. */
  onCall: (call: string) => void = () => {};
  readonly #journal = new MemoryJournal();
  readonly #engine: Engine;
  readonly #running = new Map<string, { readonly stop: () => void; readonly settled: Promise<unknown> }>();

  constructor({ itemTables, functions }: FakeStepFunctionsOptions) {
    const substitutions = localSubstitutions();
    this.#engine = createEngine({
      machines: Object.entries(readDefinitions()).map(([name, definition]) =>
        loadStateMachine(definition, { name, substitutions }),
      ),
      journal: this.#journal,
      itemTables,
      isAlive: () => true,
      invokeFunction: (name, payload, { signal }) =>
        Promise.race([functions[name]!(payload, { signal, shouldStop: () => false }), rejectedBy(signal)]),
    });
  }

  /** What `SFNClient.send` is. */
  send = async (command: { readonly input: object }): Promise<never> => {
    const call = command.constructor.name.replace(/Command$/, '');
    this.calls.push(call);
    this.onCall(call);
    const answer = this.#answer(call, command.input as Input);
    return answer as never;
  };

  /** As an operator does it in the console. */
  async abort(run: string, why: { readonly error: string; readonly cause: string }): Promise<void> {
    this.#running.get(run)?.stop();
    await this.#running.get(run)?.settled;
    await this.#engine.closeExecution(run, { status: 'ABORTED', ...why });
  }

  /** Begins an execution beside any command. */
  start(run: string, input: Json): void {
    this.inputs.set(run, JSON.stringify(input));
    const controller = new AbortController();
    const { signal } = controller;
    const outcome = this.#engine.startExecution({ machine: DAILY_AGREEMENT_JOB, name: run, input, signal });
    const settled = outcome.catch(() => undefined).finally(() => this.#running.delete(run));
    this.#running.set(run, { stop: () => controller.abort(), settled });
  }

  /** Puts an execution there that has been before, without running it. */
  async remember(run: string, status: ExecutionRecord['status']): Promise<void> {
    const record: ExecutionRecord = {
      name: run,
      machine: DAILY_AGREEMENT_JOB,
      root: run,
      parent: null,
      status,
      input: {},
      startedAtMs: 0,
      stoppedAtMs: status === 'RUNNING' ? null : 1_000,
      output: null,
      error: status === 'FAILED' ? 'States.Runtime' : null,
      cause: status === 'FAILED' ? 'It broke.' : null,
      redriveCount: 0,
    };
    const events = [{ id: 1, previousEventId: 0, timestamp: '1970-01-01T00:00:00.000Z', type: 'ExecutionStarted' }];
    await this.#journal.commit([
      {
        execution: run,
        root: run,
        events: events as readonly HistoryEvent[],
        putFrames: [],
        removeBelow: [],
        record,
      },
    ]);
  }

  /** Resolves when nothing runs any more. */
  async settle(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ settled }) => settled));
  }

  #answer(call: string, input: Input): object {
    switch (call) {
      case 'StartExecution':
        return this.#start(String(input['name']), String(input['input']));
      case 'DescribeExecution':
        return this.#describe(String(input['executionArn']), input['includedData'] !== 'METADATA_ONLY');
      case 'GetExecutionHistory':
        return this.#history(String(input['executionArn']), Number(input['maxResults']), input['nextToken']);
      default:
        throw new Error(`Nobody should call ${call}.`);
    }
  }

  #start(name: string, input: string): object {
    const found = this.#engine.describeExecution(name);
    if (found !== null && (found.status !== 'RUNNING' || this.inputs.get(name) !== input)) {
      throw failure('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn(name)}'`);
    }
    if (found === null) this.start(name, JSON.parse(input) as Json);
    return { executionArn: executionArn(name), startDate: new Date() };
  }

  #describe(arn: string, isWhole: boolean): object {
    const record = this.#known(arn);
    return {
      executionArn: arn,
      name: record.name,
      status: record.status,
      startDate: new Date(record.startedAtMs),
      ...(record.stoppedAtMs === null ? {} : { stopDate: new Date(record.stoppedAtMs) }),
      ...(isWhole
        ? {
            input: JSON.stringify(record.input),
            ...(record.error === null ? {} : { error: record.error }),
            ...(record.cause === null ? {} : { cause: record.cause }),
          }
        : {}),
    };
  }

  /** Newest first, as it is asked for; a token is the id of the last event given. */
  #history(arn: string, maxResults: number, token: unknown): object {
    const { name } = this.#known(arn);
    const before = token === undefined ? Number.POSITIVE_INFINITY : Number(token);
    const events = this.#journal
      .events(name, 0, 100_000)
      .filter(({ id }) => id < before)
      .reverse();
    const page = events.slice(0, Math.min(EVENTS_A_PAGE, maxResults));
    return {
      events: page.map(asAws),
      ...(page.length < events.length ? { nextToken: String(page.at(-1)!.id) } : {}),
    };
  }

  #known(arn: string): ExecutionRecord {
    const record = this.#engine.describeExecution(arn.split(':').at(-1)!);
    if (record !== null) return record;
    throw failure('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** As a client throws it. */
export function failure(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

function asAws(event: HistoryEvent): object {
  const { taskSubmittedEventDetails: submitted } = event;
  return {
    ...event,
    timestamp: new Date(event.timestamp),
    ...(submitted === undefined
      ? {}
      : { taskSubmittedEventDetails: { ...submitted, output: withArn(submitted.output) } }),
  };
}

function withArn(output: string): string {
  const { ExecutionArn: name, ...rest } = JSON.parse(output) as { readonly ExecutionArn: string };
  return JSON.stringify({ ...rest, ExecutionArn: `${ACCOUNT}:execution:lexdelta-TransformDeltaBatch:${name}` });
}
