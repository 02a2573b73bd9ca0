/** Opens a data folder for anything but a run's own writes: reading, imports, and looking after runs. */
import { type EmbeddedStores, openEmbeddedStores } from '../stores/embedded/open-stores.ts';
import { addDefaultLaws } from './add-default-laws.ts';

/**
 * The stores of a data folder, made if it is not there, with the built-in governing laws in it.
 * @throws PermanentError `STORE_*`
 */
export async function openDataFolder(folder: string): Promise<EmbeddedStores> {
  const stores = openEmbeddedStores({ folder });
  try {
    await addDefaultLaws(stores);
    return stores;
  } catch (error) {
    await stores.close();
    throw error;
  }
}
