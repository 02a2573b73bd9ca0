import { contentHash } from './content-hash.ts';
import type { AliasItem, EntityItem, EntityRole, LawItem } from './look-up-items.ts';
import { entityKey, lawKey } from './look-up-key.ts';

/** `version` of an item: a digest of its contents, 32 hex digits. */
function withVersion<T extends object>(contents: T): T & { readonly version: string } {
  return { ...contents, version: contentHash(contents, []).slice(0, 32) };
}

/**
 * An entity as a master table, or enrichment, gives it.
 * @param fields by field number, empty ones left out
 * @param lei_status as `EntityItem.lei_status`; left out, it is part of no version
 */
export function entityItem(
  entity_id: string,
  roles: readonly EntityRole[],
  fields: Readonly<Record<string, string>>,
  lei_status?: string,
): EntityItem {
  return withVersion({
    kind: 'entity',
    entity_key: entityKey(entity_id),
    entity_id,
    roles: [...roles].sort(),
    status: 'active',
    fields,
    ...(lei_status === undefined ? {} : { lei_status }),
  });
}

/** Stands in for an entity that documents name and nobody knows yet. Counts as absent. */
export function placeholder(entity_key: string, text: string): EntityItem {
  return withVersion({ kind: 'entity', entity_key, entity_id: text, roles: [], status: 'pending', fields: {} });
}

export function aliasItem(alias: string, entity_id: string): AliasItem {
  return withVersion({ kind: 'alias', entity_key: entityKey(alias), entity_id });
}

/** `key`: a text as it occurs in documents, or an ISO 3166 code. */
export function lawItem(key: string, display_name: string): LawItem {
  return withVersion({ law_key: lawKey(key), display_name });
}
