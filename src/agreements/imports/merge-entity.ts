/** What an import makes of the item that the Entity table already holds under a key. */

import type { AliasItem, EntityItem } from '../look-up-items.ts';
import { entityKey } from '../look-up-key.ts';
import { entityItem } from '../make-look-up-items.ts';
import { refusalOf } from './import-rules.ts';
import type { MasterRow } from './master-table.ts';
import { foundCell } from './read-table.ts';

export type Merged =
  | { readonly outcome: 'new' | 'changed'; readonly item: EntityItem | AliasItem }
  /** Nothing to write. */
  | { readonly outcome: 'unchanged' }
  | {
      readonly outcome: 'refused';
      readonly column: string;
      readonly reason: string;
      readonly found?: string;
      readonly rule?: string;
    };

/**
 * - A master table replaces what the entity has of that table (role and fields) and keeps what it has of the other, and
 *   the status of its LEI.
 *   Entities that a file does not name stay as they are.
 * - An entity, or an alias, takes the place of a placeholder, and is new then.
 * - An identifier that is an alias already, or an alias that is an entity's identifier already, is refused: documents
 *   would change their counterparty without a word.
 * - An alias that reads as the identifier that it names is unchanged: the entity itself stands under that key.
 */
export function mergeEntity(row: MasterRow | AliasItem, current: EntityItem | AliasItem | null): Merged {
  return row.kind === 'alias' ? mergeAlias(row, current) : mergeMasterRow(row, current);
}

function mergeMasterRow(row: MasterRow, current: EntityItem | AliasItem | null): Merged {
  if (current?.kind === 'alias') {
    const { column, reason, rule } = refusalOf(`${row.role}.2-alias`, 0, `${row.role}.2`);
    return { outcome: 'refused', column, reason, found: foundCell(row.entity_id), ...(rule !== undefined && { rule }) };
  }
  const known = current?.status === 'active' ? current : null;
  const others = Object.entries(known?.fields ?? {}).filter(([field]) => !field.startsWith(`${row.role}.`));
  const roles = new Set([...(known?.roles ?? []), row.role]);
  const item = entityItem(
    row.entity_id,
    [...roles],
    { ...Object.fromEntries(others), ...row.fields },
    known?.lei_status,
  );
  if (known === null) return { outcome: 'new', item };
  return known.version === item.version ? { outcome: 'unchanged' } : { outcome: 'changed', item };
}

function mergeAlias(alias: AliasItem, current: EntityItem | AliasItem | null): Merged {
  if (alias.entity_key === entityKey(alias.entity_id)) return { outcome: 'unchanged' };
  if (current?.kind === 'entity' && current.status === 'active') {
    const reason = 'This alias is the identifier of another entity.';
    return { outcome: 'refused', column: 'alias', reason, found: foundCell(current.entity_id) };
  }
  if (current?.kind !== 'alias') return { outcome: 'new', item: alias };
  return current.version === alias.version ? { outcome: 'unchanged' } : { outcome: 'changed', item: alias };
}
