/** Opens a data folder for anything but a run's own writes: reading, imports, and looking after runs. */
import { defaultLaws } from '../agreements/default-laws.ts';
import { type EmbeddedStores, openEmbeddedStores } from '../stores/embedded/open-stores.ts';

/**
 * The stores of a data folder, made if it is not there, with the built-in governing laws in it. A law that was imported
 * stands before the built-in one of the same key.
 * @throws PermanentError `STORE_*`
 */
export async function openDataFolder(folder: string): Promise<EmbeddedStores> {
  const stores = openEmbeddedStores({ folder });
  try {
    const known = await Promise.all(
      defaultLaws().map(async (law) => ({ law, found: await stores.governingLaws.get(law.law_key) })),
    );
    const missing = known.filter(({ found }) => found === null).map(({ law }) => law);
    if (missing.length > 0) await stores.governingLaws.putAll(missing);
    return stores;
  } catch (error) {
    await stores.close();
    throw error;
  }
}
