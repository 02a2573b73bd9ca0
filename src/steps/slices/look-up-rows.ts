/** Fetches the look-up rows of a slice's documents: each key once, some at a time, aliases followed to their entities. */
import type { AliasItem, EntityItem, LawItem } from '../../agreements/look-up-items.ts';
import { aliasTargetKeys, type LookUps } from '../../agreements/table-a3/look-ups.ts';
import type { EntityTable, GoverningLawTable } from '../../stores/look-ups.ts';

/** Gets that run at once. Ten slices of a batch are transformed side by side, so this is a tenth of the load. */
const PARALLEL_GETS = 16;

/** @throws whatever the stores throw: a slice fails as a whole when a look-up cannot be made, no document is rejected */
export async function fetchLookUps(
  keys: { readonly entityKeys: Iterable<string>; readonly lawKeys: Iterable<string> },
  stores: { readonly entities: Pick<EntityTable, 'get'>; readonly laws: Pick<GoverningLawTable, 'get'> },
): Promise<LookUps> {
  const entities = new Map<string, EntityItem | AliasItem | null>();
  const laws = new Map<string, LawItem | null>();
  const getEntity = async (key: string) => void entities.set(key, await stores.entities.get(key));
  await eachInParallel(new Set(keys.entityKeys), getEntity);
  const targets = aliasTargetKeys(entities.values()).filter((key) => !entities.has(key));
  await eachInParallel(targets, getEntity);
  await eachInParallel(new Set(keys.lawKeys), async (key) => void laws.set(key, await stores.laws.get(key)));
  return { entity: (key) => entities.get(key) ?? null, law: (key) => laws.get(key) ?? null };
}

/** Does the work for every key, {@link PARALLEL_GETS} at a time. */
export async function eachInParallel<T>(keys: Iterable<T>, work: (key: T) => Promise<void>): Promise<void> {
  const waiting = [...keys];
  const worker = async () => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) await work(key);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_GETS, waiting.length) }, worker));
}
