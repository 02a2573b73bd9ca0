/** Brings the status of LEIs into Entity, for entities that stand there already, whoever put them there. */
import type { AliasItem, EntityItem } from '../agreements/look-up-items.ts';
import { entityItem } from '../agreements/make-look-up-items.ts';
import { isLei } from '../agreements/table-a3/lei.ts';
import { allEntities } from '../stores/all-entities.ts';
import { whileNoted } from '../stores/change-look-ups.ts';
import type { GleifReference } from '../stores/gleif-reference.ts';
import { inParallel } from '../stores/in-parallel.ts';
import type { Origin } from '../stores/look-up-notes.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import type { EntityStores } from './enrich-batch.ts';

const CURRENT = 'ISSUED';
/** Rows under one note. */
const BATCH = 1_000;
const PARALLEL = 32;

/**
 * A status that is `ISSUED` is put only in the place of another one: to begin with, it is what everybody has, and writing it
 * would have every document transformed again. An LEI that the golden copy does not know keeps what it has.
 * @param origin the import that brought the golden copy
 * @returns how many rows were changed
 */
export async function refreshLeiStatus(
  entities: Pick<EntityTable, 'readPage'>,
  reference: GleifReference,
  stores: EntityStores,
  origin?: Origin,
): Promise<number> {
  let changed = 0;
  let batch: { readonly item: EntityItem; readonly version: string }[] = [];
  const flush = async () => {
    changed += await replaceAll(batch, stores, origin);
    batch = [];
  };
  for await (const item of allEntities(entities)) {
    const refreshed = await refreshedOf(item, reference);
    if (refreshed === null) continue;
    batch.push({ item: refreshed, version: item.version });
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return changed;
}

async function refreshedOf(item: EntityItem | AliasItem, reference: GleifReference): Promise<EntityItem | null> {
  if (item.kind !== 'entity' || item.status !== 'active' || !isLei(item.entity_id)) return null;
  const status = (await reference.get(item.entity_id.toUpperCase()))?.status ?? null;
  if (status === null || status === (item.lei_status ?? CURRENT)) return null;
  return entityItem(item.entity_id, item.roles, item.fields, status);
}

async function replaceAll(
  rows: readonly { readonly item: EntityItem; readonly version: string }[],
  { entities, jobDailyA3Data }: EntityStores,
  origin: Origin | undefined,
): Promise<number> {
  if (rows.length === 0) return 0;
  const keys = rows.map(({ item }) => ({ table: 'Entity', key: item.entity_key }) as const);
  let replaced = 0;
  const write = () =>
    inParallel(rows, PARALLEL, async ({ item, version }) => {
      // An import that was faster has another row: the next golden copy looks at it again.
      if (await entities.replace(item, version)) replaced += 1;
    });
  await whileNoted(keys, jobDailyA3Data, write, origin);
  return replaced;
}
