/** One execution in this process: engine here, steps in worker threads, all writes under the execution's guard. */
import { createEngine, type Engine } from '../engine/create-engine.ts';
import { loadStateMachine } from '../engine/definition/load-state-machine.ts';
import type { ExecutionOutcome } from '../engine/engine-context.ts';
import type { HistoryEvent } from '../engine/history-event.ts';
import { LmdbJournal } from '../engine/lmdb-journal.ts';
import type { StateMachine } from '../engine/state-machine.ts';
import { PermanentError } from '../errors.ts';
import type { JobInput } from '../job/job-input.ts';
import type { Guard } from '../stores/embedded/guard.ts';
import { takeExecution } from '../stores/embedded/incarnation.ts';
import { openEmbeddedStores, sweepAbandonedFiles } from '../stores/embedded/open-stores.ts';
import { DAILY_AGREEMENT_JOB, type FunctionName, localSubstitutions, readDefinitions } from './machines.ts';
import type { RunEvent } from './run-events.ts';
import { RunProgress } from './run-progress.ts';
import type { RuntimeConfig } from './runtime-config.ts';
import { StorageTrouble } from './storage-trouble.ts';
import { openWorkerPool } from './worker-pool.ts';

/**
 * Starts or resumes the execution and resolves when it has ended or was stopped.
 * @throws whatever the journal throws: `RUN_SUPERSEDED`, `STORE_FULL`, …; the execution stays as it was journaled last
 */
export async function runExecution(
  config: RuntimeConfig,
  guard: Guard,
  request: {
    readonly run: string;
    readonly input: JobInput;
    readonly onEvent: (event: RunEvent) => void;
    readonly signal: AbortSignal;
  },
): Promise<ExecutionOutcome> {
  const { run, input, onEvent, signal } = request;
  await sweepAbandonedFiles(config.dataFolder);
  const stores = openEmbeddedStores({ folder: config.dataFolder, guard });
  const pool = openWorkerPool(
    { config, guard },
    { threads: config.threads, onProgress: (progress) => onEvent({ type: 'read', ...progress }) },
  );
  const trouble = new StorageTrouble();
  const close = async (): Promise<void> => {
    await pool.close();
    await stores.close();
  };
  try {
    const journal = new LmdbJournal(stores.environment);
    const progress = new RunProgress(run, onEvent);
    const tell = (execution: string, event: HistoryEvent): void => progress.take(execution, event);
    const engine = createEngine({
      machines: loadMachines(),
      journal,
      invokeFunction: (name, payload, options) =>
        trouble.watch(pool.call(name as FunctionName, payload, options.signal)),
      itemTables: stores.itemTables,
      isAlive: (execution) => fenceOffIfDead(config.dataFolder, execution),
      onEvent: tell,
    });
    await tellWhatWas(engine, run, tell);
    const outcome = await engine.startExecution({
      machine: DAILY_AGREEMENT_JOB,
      name: run,
      input: JSON.parse(JSON.stringify(input)),
      signal: AbortSignal.any([signal, trouble.signal]),
    });
    if (trouble.error !== null) throw trouble.error;
    await close();
    return outcome;
  } catch (error) {
    if (!isStuck(error)) await close();
    throw error;
  }
}

/** Some other process holds the write lock and stands still: whatever waits for it here would wait for ever. */
export function isStuck(error: unknown): boolean {
  return error instanceof PermanentError && error.code === 'STORE_BUSY';
}

function loadMachines(): readonly StateMachine[] {
  const substitutions = localSubstitutions();
  return Object.entries(readDefinitions()).map(([name, definition]) =>
    loadStateMachine(definition, { name, substitutions }),
  );
}

/** A resumed run begins with what was done before, nested executions included: the progress shows the whole of it. */
async function tellWhatWas(
  engine: Engine,
  execution: string,
  tell: (execution: string, event: HistoryEvent) => void,
): Promise<void> {
  if (engine.describeExecution(execution) === null) return;
  for await (const event of engine.history(execution)) {
    tell(execution, event);
    const submitted = event.taskSubmittedEventDetails;
    if (submitted === undefined) continue;
    const { ExecutionArn: nested } = JSON.parse(submitted.output) as { readonly ExecutionArn?: string };
    if (nested !== undefined) await tellWhatWas(engine, nested, tell);
  }
}

/**
 * Whether a process runs the execution. One whose process counts as dead loses its incarnation here: should that process
 * only have been stopped, it can write nothing when it wakes up.
 */
async function fenceOffIfDead(folder: string, execution: string): Promise<boolean> {
  const taken = await takeExecution({ folder, execution });
  if ('runningBy' in taken) return true;
  await taken.release();
  return false;
}
