import type { CrossDefault, EntityReference } from '../agreement.ts';
import { compareBytes } from '../byte-order.ts';
import { type AliasItem, type EntityItem, type LawItem, type Use, usedVersion } from '../look-up-items.ts';
import { entityKey } from '../look-up-key.ts';
import { MAX_LENGTH } from './fields.ts';
import { isLei, looksLikeLei } from './lei.ts';

/**
 * The rows that a step has fetched: first all `entityKeys` and `lawKeys` of its documents, then the `aliasTargetKeys` of
 * the entity items that came back. `null`: looked for and not there.
 */
export interface LookUps {
  entity(key: string): EntityItem | AliasItem | null;
  law(key: string): LawItem | null;
}

/** The keys to fetch in the second round: those of the entities that the aliases among the items name, each once. */
export function aliasTargetKeys(items: Iterable<EntityItem | AliasItem | null>): readonly string[] {
  const keys = new Set<string>();
  for (const item of items) if (item?.kind === 'alias') keys.add(entityKey(item.entity_id));
  return [...keys];
}

/** A code with wrong check digits was never issued: the finding is certain, and a placeholder would wait for ever. */
export function isLookedUp({ by, text }: EntityReference): boolean {
  const trimmed = text.trim();
  return trimmed !== '' && !(by === 'id' && looksLikeLei(trimmed) && !isLei(trimmed));
}

/**
 * Whether A3.9 has room for so many identifiers, were each a single character. A list without room is refused unseen:
 * a hostile document may hold a hundred thousand of them, for each of thousands of records.
 */
export function canFit({ entities }: CrossDefault): boolean {
  return 2 * entities.length - 1 <= MAX_LENGTH['A3.9'];
}

/** An entity found, or what to ask enrichment for. `text`: as the document has it, or through an alias the alias's id. */
export type FoundEntity =
  | { readonly isKnown: true; readonly item: EntityItem }
  | { readonly isKnown: false; readonly entityKey: string; readonly text: string };

export interface FindContext {
  readonly lookUps: LookUps;
  readonly uses: Uses;
  readonly entityKey: (text: string) => string;
}

/** Finds an entity by the text of a document, and notes every row looked at. An alias is followed once. */
export function findEntity(context: FindContext, text: string): FoundEntity {
  const { lookUps, uses } = context;
  const first = lookUp(lookUps, context.entityKey(text), uses);
  if (first.item?.kind !== 'alias') return known(first.item, first.key, text.trim());
  const { entity_id } = first.item;
  const target = lookUp(lookUps, entityKey(entity_id), uses);
  return known(target.item?.kind === 'alias' ? null : target.item, target.key, entity_id);
}

function known(item: EntityItem | null, key: string, text: string): FoundEntity {
  return item?.status === 'active' ? { isKnown: true, item } : { isKnown: false, entityKey: key, text };
}

function lookUp(lookUps: LookUps, key: string, uses: Uses): { key: string; item: EntityItem | AliasItem | null } {
  const item = lookUps.entity(key);
  uses.add({ table: 'Entity', key, version: usedVersion(item) });
  return { key, item };
}

/** The look-up rows that a record, or a document, rests on. */
export class Uses {
  readonly #uses = new Map<string, Use>();

  add(use: Use): void {
    this.#uses.set(`${use.table} ${use.key}`, use);
  }

  addAll(uses: Iterable<Use>): void {
    for (const use of uses) this.add(use);
  }

  /** Ascending by table, then key; each once. */
  list(): readonly Use[] {
    return [...this.#uses.values()].sort((a, b) => compareBytes(a.table, b.table) || compareBytes(a.key, b.key));
  }
}
