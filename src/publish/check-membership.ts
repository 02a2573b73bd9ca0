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

/** Lines that wait until their entities are looked up: some 2 MB. */
const MAX_WAITING = 2_000;
/** Entities whose roles are kept, so that each is looked up once: some 10 MB. */
const MAX_KNOWN = 100_000;
/** Look-ups that run at once. */
const PARALLEL_LOOK_UPS = 32;

/** Lines come in the table's order. */
export class MembershipCheck {
  readonly #entities: Pick<EntityTable, 'get'>;
  readonly #maxWaiting: number;
  #waiting: NamedEntity[] = [];
  /** By identifier, as {@link #faulty}. */
  readonly #roles = new Map<string, readonly EntityRole[]>();
  readonly #faulty = new Map<string, Map<EntityField, Tally>>();

  constructor(entities: Pick<EntityTable, 'get'>, maxWaiting = MAX_WAITING) {
    this.#entities = entities;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether {@link lookUp} should be called before more is added. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#maxWaiting;
  }

  add(line: NamedEntity): void {
    const roles = this.#roles.get(line[1]);
    if (roles === undefined) this.#waiting.push(line);
    else this.#judge(line, roles);
  }

  async lookUp(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const unknown = [...new Set(waiting.map(([, identifier]) => identifier))];
    for (let from = 0; from < unknown.length; from += PARALLEL_LOOK_UPS) {
      const some = unknown.slice(from, from + PARALLEL_LOOK_UPS);
      const roles = await Promise.all(some.map((identifier) => this.#rolesOf(identifier)));
      for (const [i, identifier] of some.entries()) this.#roles.set(identifier, roles[i] ?? []);
    }
    for (const line of waiting) this.#judge(line, this.#roles.get(line[1]) ?? []);
    if (this.#roles.size > MAX_KNOWN) this.#forget();
  }

  /** Of what has been looked up; ascending by rule, then value. */
  findings(rules: RuleSet): readonly TableFinding[] {
    const found: TableFinding[] = [];
    for (const [identifier, fields] of this.#faulty) {
      for (const [field, tally] of fields) {
        const fault = findMembershipFault(field, this.#roles.get(identifier) ?? []);
        if (fault !== null) found.push(tableFinding(`TABLE-${fault}`, rules, identifier, tally));
      }
    }
    return found.sort(compareFindings);
  }

  /** A placeholder stands nowhere, nor does what has become an alias of another entity. */
  async #rolesOf(identifier: string): Promise<readonly EntityRole[]> {
    const item = await this.#entities.get(entityKey(identifier));
    return item?.kind === 'entity' && item.status === 'active' ? item.roles : [];
  }

  #judge([field, identifier, count, first]: NamedEntity, roles: readonly EntityRole[]): void {
    if (findMembershipFault(field, roles) === null) return;
    const fields = this.#faulty.get(identifier) ?? new Map<EntityField, Tally>();
    this.#faulty.set(identifier, fields);
    const tally = fields.get(field) ?? new Tally();
    fields.set(field, tally);
    const rows = first.map(([namespace, lex_id, own]) => ({ namespace, lex_id, 'A3.3': own }));
    tally.addMany(count, rows);
  }

  /** A faulty one is judged as it was at first, whatever has changed since. */
  #forget(): void {
    for (const identifier of this.#roles.keys()) if (!this.#faulty.has(identifier)) this.#roles.delete(identifier);
  }
}
