/** Puts the built-in governing laws into a table. A law that was imported stands before the built-in one of the same key. */
import { defaultLaws } from '../agreements/default-laws.ts';
import { changeLookUps, type LookUpStores } from '../stores/change-look-ups.ts';
import type { GoverningLawTable } from '../stores/look-ups.ts';

export async function addDefaultLaws(
  stores: LookUpStores & { readonly governingLaws: Pick<GoverningLawTable, 'get'> },
): Promise<void> {
  const { governingLaws } = stores;
  const known = await Promise.all(
    defaultLaws().map(async (law) => ({ law, found: await governingLaws.get(law.law_key) })),
  );
  const laws = known.filter(({ found }) => found === null).map(({ law }) => law);
  await changeLookUps(stores, { laws }, { work: 'built-in laws' });
}
