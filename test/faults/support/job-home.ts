/**
 * The job's AWS home with everything in memory and one clock: both machines on the engine, the real steps behind the pace
 * of the drivers, stores that outlive every execution. Faults come in at four places: the stores, the functions, the
 * machines' own items, and an execution that is stopped.
 */
import { createHash } from 'node:crypto';
import { BUILT_IN_NAMESPACES } from '../../../src/agreements/namespaces/built-in.ts';
import { rulesInForce } from '../../../src/agreements/table-a3/rules-in-force.ts';
import { createEngine, type Engine } from '../../../src/engine/create-engine.ts';
import { loadStateMachine } from '../../../src/engine/definition/load-state-machine.ts';
import type { Item, ItemTables } from '../../../src/engine/dynamodb/item-tables.ts';
import type { ExecutionOutcome, OnEvent } from '../../../src/engine/engine-context.ts';
import type { Journal } from '../../../src/engine/journal.ts';
import type { Json } from '../../../src/engine/json.ts';
import type { StateMachine } from '../../../src/engine/state-machine.ts';
import { executionName } from '../../../src/job/business-date.ts';
import { DEFAULT_RETENTION } from '../../../src/job/retention-policy.ts';
import type { LexSource } from '../../../src/lex/lex-source.ts';
import { createFunctions, type FunctionDeps, type StepFunction } from '../../../src/runtime/functions.ts';
import { harmlessError } from '../../../src/runtime/lambda/harmless-error.ts';
import {
  DAILY_AGREEMENT_JOB,
  type FunctionName,
  localSubstitutions,
  readDefinitions,
} from '../../../src/runtime/machines.ts';
import { JobClock } from '../../fakes/job-clock.ts';
import { MemoryAgreementHash } from '../../fakes/memory-agreement-hash.ts';
import { MemoryItemTables } from '../../fakes/memory-item-tables.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { MemoryJournal } from '../../fakes/memory-journal.ts';
import { MemoryLexSource } from '../../fakes/memory-lex-source.ts';
import { MemoryEnrichmentQueue, MemoryEntityTable, MemoryGoverningLawTable } from '../../fakes/memory-look-ups.ts';
import { MemoryObjectStore } from '../../fakes/memory-object-store.ts';
import { MemoryQueryCounts } from '../../fakes/memory-query-counts.ts';
import { putLookUps } from './data-folder.ts';
import { macInput } from './history.ts';
import { documentId, documentLine, type Variant } from './lex-books.ts';
import { pacedStore, type StoreFault } from './paced-store.ts';

export type Functions = Readonly<Record<FunctionName, StepFunction>>;

/** What stands between a machine and what it calls, for one engine. */
export interface Faults {
  readonly store?: StoreFault;
  /** Called instead of a function of this name. */
  readonly functions?: (real: Functions) => Partial<Functions>;
  /** Stands before JobStats, as the machines themselves write it. */
  readonly items?: (real: ItemTables) => ItemTables;
  readonly onEvent?: (engine: Engine) => OnEvent;
  /** Default: the home's own. */
  readonly journal?: Journal;
}

/** Real drivers in the place of stores in memory. */
export type Drivers = Partial<Pick<FunctionDeps, 'agreementHash' | 'jobDailyDelta' | 'jobDailyA3Data'>>;

type MemoryStores = ReturnType<typeof newStores>;

/** Lambda ends a call after this; a step hands back its cursor after three quarters of it. */
const CALL_MS = 900_000;
const BUDGET_SHARE = 0.75;
/** Small, so that a handful of documents makes several slices, shards and lists. */
const WORK_LIMITS = { sliceBytes: 6_000, limits: { targetLines: 8, mergeBelow: 3, markEvery: 2 }, listEntries: 3 };
const BLOCK_BYTES = 65_536;
const LOCK_KEY: Item = { business_date: { S: 'LOCK' }, execution_name: { S: 'LOCK' } };

const machines: readonly StateMachine[] = Object.entries(readDefinitions()).map(([name, definition]) =>
  loadStateMachine(definition, { name, substitutions: localSubstitutions() }),
);

function newStores() {
  return {
    agreementHash: new MemoryAgreementHash(),
    entities: new MemoryEntityTable(),
    governingLaws: new MemoryGoverningLawTable(),
    enrichmentQueue: new MemoryEnrichmentQueue(),
    queryCounts: new MemoryQueryCounts(),
    jobDailyDelta: new MemoryObjectStore(),
    jobDailyBatchProcessing: new MemoryObjectStore(),
    jobDailyA3Data: new MemoryJobDailyA3Data(BLOCK_BYTES),
  };
}

export class JobHome {
  readonly clock = new JobClock();
  readonly lex = new MemoryLexSource('mac');
  readonly journal: MemoryJournal;
  readonly items: MemoryItemTables;
  readonly stores: MemoryStores;
  readonly #calls = new Set<Promise<unknown>>();

  readonly #drivers: Drivers;

  private constructor(journal: MemoryJournal, items: MemoryItemTables, stores: MemoryStores, drivers: Drivers = {}) {
    this.#drivers = drivers;
    this.journal = journal;
    this.items = items;
    this.stores = stores;
  }

  /** Documents of these numbers in Lex, and every look-up that they need. */
  static async begin(documents: readonly number[] = [], drivers: Drivers = {}): Promise<JobHome> {
    const items = new MemoryItemTables({ JobStats: ['business_date', 'execution_name'] });
    const home = new JobHome(new MemoryJournal(), items, newStores(), drivers);
    await putLookUps(home.stores);
    for (const n of documents) home.put(n);
    return home;
  }

  /** The same home once more, which shares nothing but the look-ups with this one. It has no drivers. */
  copy(): JobHome {
    const { jobDailyDelta, jobDailyBatchProcessing, jobDailyA3Data, agreementHash } = this.stores;
    const copy = new JobHome(this.journal.copy(), this.items.copy(), {
      ...this.stores,
      agreementHash: agreementHash.copy(),
      jobDailyDelta: jobDailyDelta.copy(),
      jobDailyBatchProcessing: jobDailyBatchProcessing.copy(),
      jobDailyA3Data: jobDailyA3Data.copy(),
    });
    copy.lex.rows = [...this.lex.rows];
    return copy;
  }

  put(n: number, variant: Variant = {}): void {
    this.lex.put(documentId('mac', n), documentLine('mac', n, variant));
  }

  remove(n: number): void {
    this.lex.remove(documentId('mac', n));
  }

  engine({ store = () => null, functions, items, onEvent, journal = this.journal }: Faults = {}): Engine {
    const real = createFunctions(this.#deps(this.lex, store));
    const called: Functions = { ...real, ...functions?.(real) };
    let tell: OnEvent = () => {};
    const engine = createEngine({
      machines,
      journal,
      itemTables: items?.(this.items) ?? this.items,
      clock: this.clock,
      random: () => 0.5,
      isAlive: () => true,
      onEvent: (execution, event) => tell(execution, event),
      invokeFunction: (name, payload, { signal }) =>
        Promise.race([this.#call(called[name as FunctionName], payload, signal), ended(signal)]),
    });
    tell = onEvent?.(engine) ?? tell;
    return engine;
  }

  /** Runs a day as a scheduled start does. */
  run(date: string, faults: Faults = {}, changes: Readonly<Record<string, unknown>> = {}): Promise<ExecutionOutcome> {
    return this.start(this.engine(faults), date, changes);
  }

  start(
    engine: Engine,
    date: string,
    { attempt = 1, ...changes }: Readonly<Record<string, unknown>> = {},
  ): Promise<ExecutionOutcome> {
    const input = JSON.parse(JSON.stringify(macInput(date, { max_parallel_executions: 2, ...changes }))) as Json;
    return engine.startExecution({ machine: DAILY_AGREEMENT_JOB, name: executionName(date, attempt as number), input });
  }

  /** Calls that have begun and not ended, whether or not an execution still waits for them. */
  openCalls(): ReadonlySet<Promise<unknown>> {
    return new Set(this.#calls);
  }

  lock(): Promise<Item | null> {
    return this.items.get('JobStats', LOCK_KEY);
  }

  /** The run's row; what has no row gives null. */
  async row(execution: string): Promise<Readonly<Record<string, string>> | null> {
    const business_date = { S: execution.slice('agreements-'.length).slice(0, 10) };
    const item = await this.items.get('JobStats', { business_date, execution_name: { S: execution } });
    if (item === null) return null;
    return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, String(Object.values(value)[0])]));
  }

  async status(execution: string): Promise<string | null> {
    return (await this.row(execution))?.['status'] ?? null;
  }

  /** Where the job is published, and by whom it is locked; fences differ from history to history. */
  async head(): Promise<Readonly<Record<string, string | null>>> {
    const lock = await this.lock();
    const text = (attribute: string): string | null => (lock?.[attribute] as { readonly S?: string })?.S ?? null;
    return { head: text('head'), as_of: text('as_of'), hashes_of: text('hashes_of'), owner: text('owner') };
  }

  /** All that is published or known of documents; `times.json` holds clock values and nothing else. */
  async published(folder = ''): Promise<ReadonlyMap<string, string>> {
    const { jobDailyA3Data: a3, agreementHash } = { ...this.stores, ...this.#drivers };
    const parts = new Map<string, string>();
    for await (const { key } of a3.list(folder)) {
      if (key.endsWith('/times.json')) continue;
      parts.set(
        key,
        createHash('sha256')
          .update((await a3.get(key))!)
          .digest('hex'),
      );
    }
    for await (const entries of agreementHash.readRange('mac', null, null)) {
      for (const entry of entries) parts.set(`hash ${entry.lex_id}`, JSON.stringify(entry));
    }
    return parts;
  }

  #deps(lex: LexSource, fault: StoreFault): FunctionDeps {
    const behind = <T extends object>(target: T, name: string): T => pacedStore(target, name, this.clock, fault);
    const { stores } = this;
    return {
      lex,
      agreementHash: behind(stores.agreementHash, 'table lexdelta-AgreementHash'),
      entities: behind(stores.entities, 'table lexdelta-Entity'),
      governingLaws: behind(stores.governingLaws, 'table lexdelta-GoverningLaw'),
      enrichmentQueue: behind(stores.enrichmentQueue, 'queue lexdelta-enrichment'),
      queryCounts: behind(stores.queryCounts, 'table lexdelta-JobInstanceNamespaceQueryCounts'),
      jobDailyDelta: behind(stores.jobDailyDelta, 'bucket lexdelta-jobdailydelta'),
      jobDailyBatchProcessing: behind(stores.jobDailyBatchProcessing, 'bucket lexdelta-jobdailybatchprocessing'),
      jobDailyA3Data: behind(stores.jobDailyA3Data, 'bucket lexdelta-jobdailya3data'),
      namespaces: new Map(BUILT_IN_NAMESPACES.map((module) => [module.namespace, module])),
      rules: rulesInForce(undefined, 'rules'),
      codeVersion: 'test',
      retention: DEFAULT_RETENTION,
      workLimits: WORK_LIMITS,
      ...this.#drivers,
    };
  }

  /** As `lambdaHandler` calls a step, with time from the clock. */
  #call(run: StepFunction, payload: Json, signal: AbortSignal): Promise<unknown> {
    const deadlineMs = this.clock.now() + CALL_MS * BUDGET_SHARE;
    const shouldStop = (): boolean => this.clock.now() > deadlineMs;
    const call = Promise.resolve()
      .then(() => this.clock.work(() => run(payload, { signal, shouldStop })))
      .catch((error: unknown) => {
        throw harmlessError(error);
      });
    this.#calls.add(call);
    const forget = (): boolean => this.#calls.delete(call);
    call.then(forget, forget);
    return call;
  }
}

/** Nobody ends a Lambda: it works on, and its answer goes nowhere. */
function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
