/** `lexdelta hashes rebuild` on one machine: under the run lock, as an execution of its own. */
import type { ExecutionRecord } from '../engine/journal.ts';
import { LmdbJournal } from '../engine/lmdb-journal.ts';
import { PermanentError } from '../errors.ts';
import { type RebuildHashesOutput, rebuildHashes } from '../steps/rebuild-hashes.ts';
import { takeExecution } from '../stores/embedded/incarnation.ts';
import type { AttributeValue, Item, LmdbItemTables } from '../stores/embedded/lmdb-item-tables.ts';
import { openEmbeddedStores } from '../stores/embedded/open-stores.ts';

/** Name of the execution while it holds the lock; no run is called so. */
export const REBUILD_EXECUTION = 'hashes-rebuild';
const LOCK_KEY: Item = { business_date: { S: 'LOCK' }, execution_name: { S: 'LOCK' } };

export interface HashRebuild extends RebuildHashesOutput {
  /** Key of the manifest that they were restored from. */
  readonly manifest: string;
}

/**
 * Restores AgreementHash from the head. Killed half-way it has to be started again, which `planRun` sees to: while
 * hashes are missing, no run could find that their documents were removed.
 * @throws PermanentError `JOB_ALREADY_RUNNING`: a run holds the lock, or was interrupted and can go on
 * @throws PermanentError `NO_TABLE_FOR_DATE`: nothing is published; `RUN_SUPERSEDED`; `STORE_*`
 */
export async function rebuildLocalHashes(folder: string): Promise<HashRebuild> {
  const taken = await takeExecution({ folder, execution: REBUILD_EXECUTION });
  if ('runningBy' in taken) throw lockedBy(REBUILD_EXECUTION);
  try {
    const stores = openEmbeddedStores({ folder, guard: taken.guard });
    try {
      const journal = new LmdbJournal(stores.environment);
      await record(journal, 'RUNNING');
      const { manifest, fence } = await acquireLock(stores.itemTables);
      const deps = { a3: stores.jobDailyA3Data, hashes: stores.agreementHash };
      const done = await rebuildHashes({ manifest, fence, namespaces: [] }, deps);
      await releaseLock(stores.itemTables, fence, manifest);
      await record(journal, 'SUCCEEDED');
      return { ...done, manifest };
    } finally {
      await stores.close();
    }
  } finally {
    await taken.release();
  }
}

/** In the journal, so that a run which meets the lock is told by the engine that its owner still runs. */
function record(journal: LmdbJournal, status: ExecutionRecord['status']): Promise<void> {
  const now = Date.now();
  const execution = REBUILD_EXECUTION;
  const entry: ExecutionRecord = {
    name: execution,
    machine: 'HashesRebuild',
    root: execution,
    parent: null,
    status,
    input: null,
    startedAtMs: now,
    stoppedAtMs: status === 'RUNNING' ? null : now,
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
  };
  return journal.commit([{ execution, root: execution, events: [], putFrames: [], removeBelow: [], record: entry }]);
}

async function acquireLock(tables: LmdbItemTables): Promise<{ readonly manifest: string; readonly fence: number }> {
  let acquired = { manifest: '', fence: 0 };
  await tables.update('JobStats', LOCK_KEY, (lock) => {
    const owner = textOf(lock?.['owner']);
    // An interrupted run has found its deltas by the hashes as they are: it has to end first.
    if (owner !== null && owner !== REBUILD_EXECUTION) throw lockedBy(owner);
    const manifest = textOf(lock?.['head']);
    const asOf = textOf(lock?.['as_of']);
    if (lock === null || manifest === null || asOf === null) {
      throw new PermanentError('NO_TABLE_FOR_DATE', 'Nothing is published yet, so there is nothing to restore from.');
    }
    acquired = { manifest, fence: fenceOf(lock) + 1 };
    return {
      ...lock,
      owner: { S: REBUILD_EXECUTION },
      owner_date: { S: asOf },
      owner_name: { S: REBUILD_EXECUTION },
      fence: { N: String(acquired.fence) },
    };
  });
  return acquired;
}

/** All hashes are those of the head now, whatever was left to finish before. */
async function releaseLock(tables: LmdbItemTables, fence: number, manifest: string): Promise<void> {
  await tables.update('JobStats', LOCK_KEY, (lock) => {
    if (lock === null || textOf(lock['owner']) !== REBUILD_EXECUTION || fenceOf(lock) !== fence) {
      throw new PermanentError('RUN_SUPERSEDED', 'A run took the lock over before the hashes were all restored.');
    }
    const { owner: _owner, owner_date: _date, owner_name: _name, ...rest } = lock;
    return { ...rest, hashes_of: { S: manifest } };
  });
}

function lockedBy(owner: string): PermanentError {
  const what = `${owner} holds the lock: it runs, or was interrupted and can go on. No hash was changed.`;
  return new PermanentError('JOB_ALREADY_RUNNING', what, { owner });
}

function textOf(value: AttributeValue | undefined): string | null {
  return value !== undefined && 'S' in value ? value.S : null;
}

function fenceOf(lock: Item): number {
  const fence = lock['fence'];
  return fence !== undefined && 'N' in fence ? Number(fence.N) : 0;
}
