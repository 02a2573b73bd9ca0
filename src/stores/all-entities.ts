import type { AliasItem, EntityItem } from '../agreements/look-up-items.ts';
import type { EntityTable } from './look-ups.ts';

/** All items of the table, page by page and in no order, which a stack would give only at the price of holding all. */
export async function* allEntities(entities: Pick<EntityTable, 'readPage'>): AsyncGenerator<EntityItem | AliasItem> {
  for (let after: string | null = null; ; ) {
    const { items, next } = await entities.readPage(after);
    yield* items;
    if (next === null) return;
    after = next;
  }
}
