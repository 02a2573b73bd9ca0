/** The look-up tables as lex.md section 5 tells a bank to write them, held in memory. */
import { lookUpKey } from './text.ts';

export type Role = 'CO' | 'CP';

export interface LookUps {
  /** The entity's identifier and where it stands; `null` when unknown. An alias gives its entity. */
  findEntity(text: string): { readonly id: string; readonly roles: ReadonlySet<Role> } | null;
  /** The display name; `null` when unknown. */
  findLaw(text: string): string | null;
}

export interface LookUpData {
  readonly co: readonly string[];
  readonly cp: readonly string[];
  readonly aliases: readonly (readonly [alias: string, entityId: string])[];
  readonly laws: readonly (readonly [key: string, displayName: string])[];
}

export function createLookUps(data: LookUpData): LookUps {
  const entities = new Map<string, { id: string; roles: Set<Role> }>();
  const add = (id: string, role: Role): void => {
    const entity = entities.get(lookUpKey(id)) ?? { id, roles: new Set<Role>() };
    entity.roles.add(role);
    entities.set(lookUpKey(id), entity);
  };
  for (const id of data.co) add(id, 'CO');
  for (const id of data.cp) add(id, 'CP');
  const aliases = new Map(data.aliases.map(([alias, id]) => [lookUpKey(alias), lookUpKey(id)]));
  const laws = new Map(data.laws.map(([key, name]) => [lookUpKey(key), name]));
  return {
    findEntity: (text) => entities.get(lookUpKey(text)) ?? entities.get(aliases.get(lookUpKey(text)) ?? '') ?? null,
    findLaw: (text) => laws.get(lookUpKey(text)) ?? null,
  };
}
