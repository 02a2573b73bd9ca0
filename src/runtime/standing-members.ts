/** Who goes out of a master table, when a file is to take the place of the whole table. */
import type { MasterRow } from '../agreements/imports/master-table.ts';
import type { AliasItem, EntityItem, EntityRole } from '../agreements/look-up-items.ts';
import { entityItem } from '../agreements/make-look-up-items.ts';
import type { LineSpool } from '../stores/embedded/line-spool.ts';
import type { PlanTotals } from './plan-totals.ts';

type Item = EntityItem | AliasItem;

/** The members of master tables as they stand, for files that are to take the place of the whole table. */
export interface StandingMembers {
  readonly roles: readonly EntityRole[];
  /** Every entity that stands in one of them, at least. */
  readonly items: AsyncIterable<Item>;
}

/** A line `[role,key]` each. */
export async function dealMembers(
  { roles, items }: StandingMembers,
  rows: LineSpool,
  partitionOf: (key: string) => number,
): Promise<void> {
  for await (const item of items) {
    if (item.kind !== 'entity') continue;
    for (const role of roles.filter((each) => item.roles.includes(each))) {
      const written = rows.add(partitionOf(item.entity_key), JSON.stringify([role, item.entity_key]));
      if (written !== undefined) await written;
    }
  }
}

/** Entities of the partition that a whole table no longer names, as they are without it. */
export async function withoutMembership(
  dealt: readonly string[],
  planned: ReadonlyMap<string, Item>,
  current: (key: string) => Promise<Item | null>,
  totals: PlanTotals,
): Promise<readonly Item[]> {
  const standing = dealt
    .filter((text) => text.startsWith('["C'))
    .map((text) => JSON.parse(text) as [EntityRole, string]);
  if (standing.length === 0) return [];
  const named = new Set(dealt.flatMap((text) => namedIn(text) ?? []));
  const left = new Map<string, EntityItem>();
  for (const [role, key] of standing) {
    totals.countMember(!named.has(`${role} ${key}`));
    if (named.has(`${role} ${key}`)) continue;
    const item = left.get(key) ?? planned.get(key) ?? (await current(key));
    if (item?.kind !== 'entity') continue;
    if (!planned.has(key) && !left.has(key)) totals.countChangedKey();
    left.set(key, withoutRole(item, role));
  }
  return [...left.values()];
}

/** `role key` of a dealt row of a master table. */
function namedIn(text: string): string | null {
  if (!text.endsWith('}]')) return null;
  const [, , item] = JSON.parse(text) as readonly [number, number, MasterRow | AliasItem];
  return item.kind === 'entity' ? `${item.role} ${item.entity_key}` : null;
}

function withoutRole({ entity_id, roles, fields, lei_status }: EntityItem, role: EntityRole): EntityItem {
  const others = Object.entries(fields).filter(([field]) => !field.startsWith(`${role}.`));
  const left = roles.filter((each) => each !== role);
  return entityItem(entity_id, left, Object.fromEntries(others), lei_status);
}
