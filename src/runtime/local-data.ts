/** A data folder as commands see it that look at it or import into it, beside a run or without one. */
import { LmdbJournal } from '../engine/lmdb-journal.ts';
import type { JobInput } from '../job/job-input.ts';
import { isExecutionAlive } from '../stores/embedded/incarnation.ts';
import { type EmbeddedStores, openEmbeddedStores } from '../stores/embedded/open-stores.ts';
import { openDataFolder } from './open-data-folder.ts';

export interface LocalData extends EmbeddedStores {
  /** Whether a living process works on the run: one that is `running` and has none was interrupted. */
  isAlive(run: string): boolean;
  /** What the run was started with; `null`: its history is gone. */
  inputOf(run: string): JobInput | null;
}

/**
 * @param access `read` makes nothing; `write` makes the folder where there is none
 * @throws PermanentError `FILE_NOT_READABLE` (`read`, and there is no such folder), `STORE_*`
 */
export async function openLocalData(folder: string, access: 'read' | 'write'): Promise<LocalData> {
  const stores = access === 'read' ? openEmbeddedStores({ folder, readOnly: true }) : await openDataFolder(folder);
  const journal = new LmdbJournal(stores.environment);
  return {
    ...stores,
    isAlive: (run) => isExecutionAlive(folder, run),
    inputOf: (run) => (journal.execution(run)?.input as JobInput | undefined) ?? null,
  };
}
