/** A data folder as commands see it, beside a run or without one. */
import { LmdbJournal } from '../engine/lmdb-journal.ts';
import type { JobInput } from '../job/job-input.ts';
import { isExecutionAlive } from '../stores/embedded/incarnation.ts';
import { openEmbeddedStores } from '../stores/embedded/open-stores.ts';
import type { DataAccess, JobData } from './job-data.ts';
import { openDataFolder } from './open-data-folder.ts';

/**
 * @throws PermanentError `FILE_NOT_READABLE` (there is no such folder, and nothing is imported), `STORE_*`
 */
export async function openLocalData(folder: string, access: DataAccess): Promise<JobData> {
  // A folder whose name was mistyped would take a hold, say, and nobody would ever look for it there.
  if (access === 'write') await openEmbeddedStores({ folder, readOnly: true }).close();
  const stores = access === 'read' ? openEmbeddedStores({ folder, readOnly: true }) : await openDataFolder(folder);
  const journal = new LmdbJournal(stores.environment);
  return {
    ...stores,
    jobDefaults: null,
    retention: null,
    isAlive: async (run) => isExecutionAlive(folder, run),
    execution: async (run) => journal.execution(run),
    inputOf: async (run) => (journal.execution(run)?.input as JobInput | undefined) ?? null,
  };
}
