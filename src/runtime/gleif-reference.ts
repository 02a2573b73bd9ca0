import { PermanentError } from '../errors.ts';
import type { GleifReference, GleifStore } from '../stores/gleif-reference.ts';

/** The golden copy that was imported. @throws PermanentError `GLEIF_NOT_IMPORTED`, and what the store throws */
export async function openGleifReference(store: Pick<GleifStore, 'open'>): Promise<GleifReference> {
  const reference = await store.open();
  if (reference !== null) return reference;
  throw new PermanentError('GLEIF_NOT_IMPORTED', 'There is no golden copy of GLEIF here.');
}
