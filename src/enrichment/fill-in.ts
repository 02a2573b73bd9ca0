/** Turns what an authority says into rows of Entity, in place of the placeholder and of nothing else. */
import type { AliasItem, EntityItem } from '../agreements/look-up-items.ts';
import { aliasItem, entityItem } from '../agreements/make-look-up-items.ts';
import { PermanentError } from '../errors.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import type { EntityAnswer, EntityQuestion } from './entity-authority.ts';

/** A row, to be put only where the one under its key still has `version`; `null`: where there is none. */
export interface Replacement {
  readonly item: EntityItem | AliasItem;
  readonly version: string | null;
}

/** Whether somebody knows the entity by now: an import, another worker, or this one a moment ago. */
export function isKnown(item: EntityItem | AliasItem | null): boolean {
  return item !== null && (item.kind === 'alias' || item.status === 'active');
}

/**
 * The rows to write. Asked by a name, or by another identifier than the one that the entity has: the entity under its own
 * identifier, unless it stands there already (an import knows better), and the question's key as an alias that names it.
 * @throws PermanentError `ENTITY_ANSWER_INVALID`: the identifier is an alias of another entity
 */
export async function planFillIn(
  question: EntityQuestion,
  answer: EntityAnswer,
  entities: Pick<EntityTable, 'get'>,
): Promise<readonly Replacement[]> {
  const asked = await entities.get(question.entity_key);
  if (isKnown(asked)) return [];
  const item = entityItem(answer.entity_id, answer.roles, answer.fields, answer.lei_status);
  if (item.entity_key === question.entity_key) return [{ item, version: asked?.version ?? null }];
  const standing = await entities.get(item.entity_key);
  if (standing?.kind === 'alias') {
    const what = 'The entity service named an identifier that is an alias of another entity here.';
    throw new PermanentError('ENTITY_ANSWER_INVALID', what);
  }
  const alias = { item: aliasUnder(question.entity_key, answer.entity_id), version: asked?.version ?? null };
  // The entity first: an alias that names nothing would be looked up in vain meanwhile.
  return isKnown(standing) ? [alias] : [{ item, version: standing?.version ?? null }, alias];
}

/** @throws PermanentError `ENTITY_SERVICE_REFUSED`: nothing is ever looked up under such a key */
function aliasUnder(key: string, entity_id: string): AliasItem {
  const item = aliasItem(key, entity_id);
  if (item.entity_key === key) return item;
  throw new PermanentError('ENTITY_SERVICE_REFUSED', 'The message asks for something that is no key of an entity.');
}
