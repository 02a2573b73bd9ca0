/** A data folder as commands see it that look at it or import into it, beside a run or without one. */
import { type EmbeddedStores, openEmbeddedStores } from '../stores/embedded/open-stores.ts';
import { openDataFolder } from './open-data-folder.ts';

export type LocalData = EmbeddedStores;

/**
 * @param access `read` makes nothing; `write` makes the folder where there is none
 * @throws PermanentError `FILE_NOT_READABLE` (`read`, and there is no such folder), `STORE_*`
 */
export async function openLocalData(folder: string, access: 'read' | 'write'): Promise<LocalData> {
  return access === 'read' ? openEmbeddedStores({ folder, readOnly: true }) : openDataFolder(folder);
}
