/**
 * The findings of the table, found again from its rows and the day's master tables. What belongs to one identifier is dealt
 * into one range, as when the table was checked, so that a range after the other is enough.
 */

import type { EntityItem, EntityRole } from '../../agreements/look-up-items.ts';
import { entityKey } from '../../agreements/look-up-key.ts';
import { DEFAULT_RULES } from '../../agreements/table-a3/rules-in-force.ts';
import { checkRange } from '../check-range.ts';
import type { CheckLine } from '../collect-for-check.ts';
import { CollectNamedEntities } from '../named-entities.ts';
import type { FillCounts, PublishedFile, TableFinding } from '../published.ts';
import { CollectReferences } from '../references.ts';
import type { StoredRow } from '../table-row.ts';
import type { Faults } from './faults.ts';
import type { Line } from './read-lines.ts';
import { DealtLines, type Scratch } from './scratch.ts';

type PublishedFinding = readonly [number: number, finding: TableFinding];
type Member = readonly [role: EntityRole, key: string];

/** Entities that are counted before they are dealt: some 10 MB. */
const MAX_OPEN = 20_000;
const MEMBERSHIP = /-(?:not-in-co|not-in-cp|in-co-not-cp|not-in-co-or-cp)$/;
/** What is dealt by its entity. */
const OF_ENTITY = new RegExp(`-not-lei$|${MEMBERSHIP.source}`);
const FILL = /^TABLE-(.+)-fill$/;

export interface FindingsSources {
  /** Of the whole table, and of the rows that the run made. */
  readonly fill: { readonly table: FillCounts; readonly made: FillCounts };
  /** Whether the day has master tables: otherwise nothing is said of membership. */
  readonly hasMasters: boolean;
  /** Called after every range. */
  readonly onRange: (done: number, all: number) => void;
}

export class FindingsCheck {
  readonly #ranges: number;
  readonly #lines: DealtLines<CheckLine>;
  readonly #members: DealtLines<Member>;
  readonly #published: DealtLines<PublishedFinding>;
  readonly #references: CollectReferences;
  readonly #entities: CollectNamedEntities;

  constructor(ranges: number, scratch: Scratch) {
    this.#ranges = ranges;
    this.#lines = new DealtLines('lines', ranges, scratch);
    this.#members = new DealtLines('members', ranges, scratch);
    this.#published = new DealtLines('findings', ranges, scratch);
    this.#references = new CollectReferences({ put: (text, line) => this.#lines.put(text, line as CheckLine) });
    // An entity that is spelt otherwise in the master table is the same one: both are dealt by its key.
    const byKey = { put: (text: string, line: unknown) => this.#lines.put(entityKey(text), line as CheckLine) };
    this.#entities = new CollectNamedEntities(byKey, MAX_OPEN);
  }

  /** Rows come in the table's order. @returns a promise only where something is put away */
  addRow(stored: StoredRow): Promise<void> | undefined {
    this.#references.add(stored);
    this.#entities.add(stored.row);
    return this.#lines.isFull ? this.#lines.flush() : undefined;
  }

  async addMembers(role: EntityRole, identifiers: readonly string[]): Promise<void> {
    for (const identifier of identifiers) {
      const key = entityKey(identifier);
      this.#members.put(key, [role, key]);
    }
    if (this.#members.isFull) await this.#members.flush();
  }

  async addPublished({ number, value }: Line<TableFinding>): Promise<void> {
    this.#published.put(OF_ENTITY.test(value.rule) ? entityKey(value.value) : value.value, [number, value]);
    if (this.#published.isFull) await this.#published.flush();
  }

  /**
   * @param file of the published findings
   * @returns findings on membership that differ: the Entity table may have changed between the check and the master tables
   */
  async verify(file: PublishedFile, { fill, hasMasters, onRange }: FindingsSources, faults: Faults): Promise<number> {
    this.#entities.flush();
    await Promise.all([this.#lines.flush(), this.#members.flush(), this.#published.flush()]);
    let differing = 0;
    for (let range = 0; range < this.#ranges; range += 1) {
      const found = await this.#findAgain(range, hasMasters);
      for await (const batch of this.#published.read(range)) {
        for (const [number, finding] of batch) {
          const fault = FILL.test(finding.rule) ? fillFault(finding, fill) : differenceOf(finding, found);
          found.delete(nameOf(finding));
          if (fault === null || (!hasMasters && MEMBERSHIP.test(finding.rule))) continue;
          if (MEMBERSHIP.test(finding.rule)) differing += 1;
          else faults.add('findings', file.path, number, `${fault}: ${finding.rule} of \`${finding.value}\``);
        }
      }
      for (const finding of found.values()) {
        if (MEMBERSHIP.test(finding.rule)) differing += 1;
        else
          faults.add(
            'findings',
            file.path,
            null,
            `lacks a finding that the table shows: ${finding.rule} of \`${finding.value}\``,
          );
      }
      onRange(range + 1, this.#ranges);
    }
    return differing;
  }

  /** By rule and value. */
  async #findAgain(range: number, hasMasters: boolean): Promise<Map<string, TableFinding>> {
    const roles = new Map<string, readonly EntityRole[]>();
    for await (const members of this.#members.read(range)) {
      for (const [role, key] of members) roles.set(key, [...(roles.get(key) ?? []), role]);
    }
    const entities = hasMasters ? { get: async (key: string) => memberOf(key, roles.get(key)) } : null;
    const found = await checkRange(() => this.#lines.read(range), { entities, rules: DEFAULT_RULES });
    return new Map(found.map((finding) => [nameOf(finding), finding]));
  }
}

function memberOf(key: string, roles: readonly EntityRole[] | undefined): EntityItem | null {
  if (roles === undefined) return null;
  return { kind: 'entity', entity_key: key, entity_id: key, roles, status: 'active', fields: {}, version: '' };
}

function nameOf({ rule, value }: TableFinding): string {
  return JSON.stringify([rule, value]);
}

/** Severity and message are the configuration's and the catalogue's of that day. */
function differenceOf(finding: TableFinding, found: ReadonlyMap<string, TableFinding>): string | null {
  const again = found.get(nameOf(finding));
  if (again === undefined) return 'has a finding that the table does not show';
  if (again.field !== finding.field) return `names ${finding.field} where the rule is of ${again.field}`;
  if (again.count !== finding.count) return `counts ${finding.count} rows where the table has ${again.count}`;
  return JSON.stringify(again.rows) === JSON.stringify(finding.rows)
    ? null
    : 'shows other rows than the first of the table';
}

/** How far a share may fall is the run's own input: what is left to hold is how many rows are empty. */
function fillFault(
  finding: TableFinding,
  fill: { readonly table: FillCounts; readonly made: FillCounts },
): string | null {
  const counts = finding.value === 'table' ? fill.table : fill.made;
  const field = FILL.exec(finding.rule)?.[1] ?? '';
  const filled = (counts.filled as Readonly<Record<string, number>>)[field];
  const empty = counts.rows - (filled ?? 0);
  if (filled === undefined || !['table', 'run'].includes(finding.value))
    return 'is of a field or of rows that there are not';
  return finding.count === empty ? null : `counts ${finding.count} rows where ${empty} have no ${field}`;
}
