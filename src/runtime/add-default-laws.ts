/** Puts the built-in governing laws into a table. A law that was imported stands before the built-in one of the same key. */
import { defaultLaws } from '../agreements/default-laws.ts';
import type { GoverningLawTable } from '../stores/look-ups.ts';

export async function addDefaultLaws(table: Pick<GoverningLawTable, 'get' | 'putAll'>): Promise<void> {
  const known = await Promise.all(defaultLaws().map(async (law) => ({ law, found: await table.get(law.law_key) })));
  const missing = known.filter(({ found }) => found === null).map(({ law }) => law);
  if (missing.length > 0) await table.putAll(missing);
}
