/**
 * Findings on entities: whether each that a row names stands in CO or CP as of this table. The Entity table is asked, and not
 * only what documents were judged by: a row may be stale, of a namespace that was not run, of a page that could not be read,
 * or a look-up row may have changed while the job ran.
 */
import type { EntityRole } from '../agreements/look-up-items.ts';
import { entityKey } from '../agreements/look-up-key.ts';
import { findMembershipFault } from '../agreements/table-a3/membership.ts';
import type { EntityField } from '../agreements/table-a3/record-rules.ts';
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import type { NamedEntity } from './named-entities.ts';
import type { TableFinding } from './published.ts';
import { compareFindings, Tally, tableFinding } from './table-finding.ts';

/** Entities that are held before they are looked up: some 15 MB. Those that stand where they should are then let go. */
const MAX_HELD = 20_000;
/** Look-ups that run at once. */
const PARALLEL_LOOK_UPS = 32;

type Fields = Map<EntityField, Tally>;

/** Lines come in the table's order. */
export class MembershipCheck {
  readonly #entities: Pick<EntityTable, 'get'>;
  /** By identifier: not looked up yet. */
  readonly #held = new Map<string, Fields>();
  /** By identifier: those that break a rule in a field at least. */
  readonly #faulty = new Map<string, { readonly roles: readonly EntityRole[]; readonly fields: Fields }>();

  readonly #maxHeld: number;

  constructor(entities: Pick<EntityTable, 'get'>, maxHeld = MAX_HELD) {
    this.#entities = entities;
    this.#maxHeld = maxHeld;
  }

  /** Whether {@link lookUp} should be called before more is added. */
  get isFull(): boolean {
    return this.#held.size >= this.#maxHeld;
  }

  add([field, identifier, count, first]: NamedEntity): void {
    const faulty = this.#faulty.get(identifier);
    if (faulty !== undefined && findMembershipFault(field, faulty.roles) === null) return;
    const fields: Fields = faulty?.fields ?? this.#held.get(identifier) ?? new Map();
    if (faulty === undefined) this.#held.set(identifier, fields);
    const tally = fields.get(field) ?? new Tally();
    fields.set(field, tally);
    const rows = first.map(([namespace, lex_id, own]) => ({ namespace, lex_id, 'A3.3': own }));
    tally.addMany(count, rows);
  }

  async lookUp(): Promise<void> {
    const held = [...this.#held];
    this.#held.clear();
    for (let from = 0; from < held.length; from += PARALLEL_LOOK_UPS) {
      const some = held.slice(from, from + PARALLEL_LOOK_UPS);
      const roles = await Promise.all(some.map(([identifier]) => this.#rolesOf(identifier)));
      for (const [i, [identifier, fields]] of some.entries()) this.#judge(identifier, roles[i] ?? [], fields);
    }
  }

  /** Of what has been looked up; ascending by rule, then value. */
  findings(rules: RuleSet): readonly TableFinding[] {
    const found = [...this.#faulty].flatMap(([identifier, { roles, fields }]) =>
      [...fields].flatMap(([field, tally]) => {
        const fault = findMembershipFault(field, roles);
        return fault === null ? [] : [tableFinding(`TABLE-${fault}`, rules, identifier, tally)];
      }),
    );
    return found.sort(compareFindings);
  }

  /** A placeholder stands nowhere, nor does what has become an alias of another entity. */
  async #rolesOf(identifier: string): Promise<readonly EntityRole[]> {
    const item = await this.#entities.get(entityKey(identifier));
    return item?.kind === 'entity' && item.status === 'active' ? item.roles : [];
  }

  #judge(identifier: string, roles: readonly EntityRole[], fields: Fields): void {
    for (const field of [...fields.keys()]) if (findMembershipFault(field, roles) === null) fields.delete(field);
    if (fields.size > 0) this.#faulty.set(identifier, { roles, fields });
  }
}
