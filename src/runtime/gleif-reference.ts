import { PermanentError } from '../errors.ts';
import { openGleifFile } from '../stores/embedded/gleif-file.ts';
import type { GleifReference } from '../stores/gleif-reference.ts';

/** The golden copy of a data folder. @throws PermanentError `GLEIF_NOT_IMPORTED`, `STORE_CORRUPT`, `FILE_NOT_READABLE` */
export async function openGleifReference(dataFolder: string): Promise<GleifReference> {
  const reference = await openGleifFile(dataFolder);
  if (reference !== null) return reference;
  throw new PermanentError('GLEIF_NOT_IMPORTED', `There is no golden copy of GLEIF in ${dataFolder}.`);
}
