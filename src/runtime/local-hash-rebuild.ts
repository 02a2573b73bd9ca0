/** `lexdelta hashes rebuild` on one machine: under the run lock, as an execution of its own. */
import type { HistoryEvent } from '../engine/history-event.ts';
import type { ExecutionRecord } from '../engine/journal.ts';
import { LmdbJournal } from '../engine/lmdb-journal.ts';
import { PermanentError } from '../errors.ts';
import { type RebuildHashesOutput, rebuildHashes } from '../steps/rebuild-hashes.ts';
import { isExecutionAlive, takeExecution } from '../stores/embedded/incarnation.ts';
import type { AttributeValue, Item, LmdbItemTables } from '../stores/embedded/lmdb-item-tables.ts';
import { openEmbeddedStores } from '../stores/embedded/open-stores.ts';

const NAME = 'hashes-rebuild';

/** Whether an owner of the lock is a rebuild. Each has a name of its own, with the fence that it takes. */
export function isRebuild(owner: string): boolean {
  return owner.startsWith(`${NAME}-`);
}

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
  const fence = (await readLockFence(folder)) + 1;
  const execution = `${NAME}-${fence}`;
  const taken = await takeExecution({ folder, execution });
  if ('runningBy' in taken) throw lockedBy(execution);
  try {
    const stores = openEmbeddedStores({ folder, guard: taken.guard });
    try {
      const journal = new LmdbJournal(stores.environment);
      await record(journal, execution, 'RUNNING');
      const manifest = await acquireLock(stores.itemTables, execution, fence, (owner) =>
        isExecutionAlive(folder, owner),
      );
      const deps = { a3: stores.jobDailyA3Data, hashes: stores.agreementHash };
      const done = await rebuildHashes({ manifest, fence, namespaces: [] }, deps);
      await releaseLock(stores.itemTables, execution, manifest);
      await record(journal, execution, 'SUCCEEDED');
      return { ...done, manifest };
    } finally {
      await stores.close();
    }
  } finally {
    await taken.release();
  }
}

async function readLockFence(folder: string): Promise<number> {
  const stores = openEmbeddedStores({ folder, readOnly: true });
  try {
    return (await stores.jobStats.getLock()).fence;
  } finally {
    await stores.close();
  }
}

/** In the journal, so that a run which meets the lock is told by the engine that its owner still runs. */
function record(journal: LmdbJournal, execution: string, status: 'RUNNING' | 'SUCCEEDED'): Promise<void> {
  const now = Date.now();
  const isBegun = status === 'RUNNING';
  const entry: ExecutionRecord = {
    name: execution,
    machine: 'HashesRebuild',
    root: execution,
    parent: null,
    status,
    input: null,
    startedAtMs: now,
    stoppedAtMs: isBegun ? null : now,
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
  };
  const event: HistoryEvent = {
    id: isBegun ? 1 : 2,
    previousEventId: isBegun ? 0 : 1,
    timestamp: new Date(now).toISOString(),
    type: isBegun ? 'ExecutionStarted' : 'ExecutionSucceeded',
  };
  return journal.commit([
    { execution, root: execution, events: [event], putFrames: [], removeBelow: [], record: entry },
  ]);
}

/** @returns key of the manifest to restore from */
async function acquireLock(
  tables: LmdbItemTables,
  execution: string,
  fence: number,
  isAlive: (owner: string) => boolean,
): Promise<string> {
  let head = '';
  await tables.update('JobStats', LOCK_KEY, (lock) => {
    const owner = textOf(lock?.['owner']);
    // An interrupted run has found its deltas by the hashes as they are: it has to end first. A dead rebuild is redone.
    if (owner !== null && !(isRebuild(owner) && !isAlive(owner))) throw lockedBy(owner);
    const manifest = textOf(lock?.['head']);
    const asOf = textOf(lock?.['as_of']);
    if (lock === null || manifest === null || asOf === null) {
      throw new PermanentError('NO_TABLE_FOR_DATE', 'Nothing is published yet, so there is nothing to restore from.');
    }
    if (fenceOf(lock) !== fence - 1) throw lockedBy('another run'); // It came and went since the fence was read.
    head = manifest;
    return {
      ...lock,
      owner: { S: execution },
      owner_date: { S: asOf },
      owner_name: { S: execution },
      fence: { N: String(fence) },
    };
  });
  return head;
}

/** All hashes are those of the head now, whatever was left to finish before. */
async function releaseLock(tables: LmdbItemTables, execution: string, manifest: string): Promise<void> {
  await tables.update('JobStats', LOCK_KEY, (lock) => {
    if (lock === null || textOf(lock['owner']) !== execution) {
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
