/**
 * What an import of entities will write, for files of any length: rows are dealt into partitions by key, and each partition
 * is planned by itself, as if it were the whole import. Whatever concerns one key lies in one partition.
 */
import { tmpdir } from 'node:os';
import { crc32 } from 'node:zlib';
import type { MasterRow } from '../agreements/imports/master-table.ts';
import { type FileCounts, type KeyCounts, MAX_REFUSALS, planEntityImport } from '../agreements/imports/plan-import.ts';
import type { ImportLine } from '../agreements/imports/read-table.ts';
import type { AliasItem, EntityItem, EntityRole } from '../agreements/look-up-items.ts';
import { entityItem } from '../agreements/make-look-up-items.ts';
import { LineSpool } from '../stores/embedded/line-spool.ts';
import type { RefusedLine } from './import-refused.ts';

type Row = MasterRow | AliasItem;
type Item = EntityItem | AliasItem;

export interface EntityFile {
  /** Names the file in refusals. */
  readonly file: string;
  readonly lines: AsyncIterable<ImportLine<Row>>;
  /** Passes lines of this file on, and refuses those that contradict an earlier one. */
  readonly refuseRepetitions: (lines: AsyncIterable<ImportLine<Row>>) => AsyncIterable<ImportLine<Row>>;
}

/** The members of master tables as they stand, for files that are to take the place of the whole table. */
export interface StandingMembers {
  readonly roles: readonly EntityRole[];
  /** Every entity that stands in one of them, at least. */
  readonly items: AsyncIterable<Item>;
}

export interface EntityPlan {
  /** As in `ImportPlan`. */
  readonly counts: readonly FileCounts[];
  readonly keys: KeyCounts;
  /** Members of the tables that the files took the place of: how many stood in them, and how many go. */
  readonly members: { readonly standing: number; readonly removed: number };
  /** The first ones, by file and line. */
  readonly refusals: readonly RefusedLine[];
  /** To write, each key once. Can be read more than once. */
  items(): AsyncIterable<Item>;
  close(): Promise<void>;
}

/** Of 80,000 rows at 5 million: some 60 MB at once. */
const PARTITIONS = 64;

/**
 * Files one after the other: a later file sees what an earlier one will have written.
 * @param current the item that the table holds under a key now
 * @param members who of them no file names goes out of its table; `null`: nobody goes
 * @throws as the files' readers; PermanentError `STORE_FULL`: no room for temporary files
 */
export async function planEntities(
  files: readonly EntityFile[],
  current: (key: string) => Promise<Item | null>,
  members: StandingMembers | null = null,
): Promise<EntityPlan> {
  const rows = new LineSpool(tmpdir(), PARTITIONS);
  const items = new LineSpool(tmpdir(), PARTITIONS);
  try {
    const totals = new Totals(files.map(({ file }) => file));
    for (const [i, { lines }] of files.entries()) await deal(lines, i, rows, totals);
    if (members !== null) await dealMembers(members, rows);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      await planPartition(partition, files, rows, items, current, totals);
    }
    return {
      counts: totals.counts,
      keys: totals.keys,
      members: totals.members,
      refusals: totals.refusals(),
      items: () => readItems(items),
      close: () => items.close(),
    };
  } catch (error) {
    await items.close();
    throw error;
  } finally {
    await rows.close();
  }
}

async function deal(
  lines: AsyncIterable<ImportLine<Row>>,
  file: number,
  rows: LineSpool,
  totals: Totals,
): Promise<void> {
  for await (const line of lines) {
    if (!line.ok) {
      totals.refuse(file, line.refusal);
      continue;
    }
    const partition = crc32(line.item.entity_key) % PARTITIONS;
    const written = rows.add(partition, JSON.stringify([file, line.line, line.item]));
    if (written !== undefined) await written;
  }
}

/** A line `[role,key]` each. */
async function dealMembers({ roles, items }: StandingMembers, rows: LineSpool): Promise<void> {
  for await (const item of items) {
    if (item.kind !== 'entity') continue;
    for (const role of roles.filter((each) => item.roles.includes(each))) {
      const written = rows.add(crc32(item.entity_key) % PARTITIONS, JSON.stringify([role, item.entity_key]));
      if (written !== undefined) await written;
    }
  }
}

async function planPartition(
  partition: number,
  files: readonly EntityFile[],
  rows: LineSpool,
  items: LineSpool,
  current: (key: string) => Promise<Item | null>,
  totals: Totals,
): Promise<void> {
  const dealt = await rows.read(partition);
  const parts = files.map(({ file, refuseRepetitions }, i) => ({ file, lines: refuseRepetitions(linesOf(dealt, i)) }));
  const plan = await planEntityImport(parts, current);
  totals.add(plan);
  const planned = new Map(plan.items);
  for (const item of await withoutMembership(dealt, planned, current, totals)) planned.set(item.entity_key, item);
  for (const item of planned.values()) {
    const written = items.add(partition, JSON.stringify(item));
    if (written !== undefined) await written;
  }
}

/** Entities of the partition that a whole table no longer names, as they are without it. */
async function withoutMembership(
  dealt: readonly string[],
  planned: ReadonlyMap<string, Item>,
  current: (key: string) => Promise<Item | null>,
  totals: Totals,
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
  const [, , item] = JSON.parse(text) as readonly [number, number, Row];
  return item.kind === 'entity' ? `${item.role} ${item.entity_key}` : null;
}

function withoutRole({ entity_id, roles, fields, lei_status }: EntityItem, role: EntityRole): EntityItem {
  const others = Object.entries(fields).filter(([field]) => !field.startsWith(`${role}.`));
  const left = roles.filter((each) => each !== role);
  return entityItem(entity_id, left, Object.fromEntries(others), lei_status);
}

/** Begins anew for each file, in the order of its lines. */
async function* linesOf(dealt: readonly string[], file: number): AsyncGenerator<ImportLine<Row>> {
  const start = `[${file},`;
  for (const text of dealt) {
    if (!text.startsWith(start)) continue;
    const [, line, item] = JSON.parse(text) as readonly [number, number, Row];
    yield { ok: true, line, item };
  }
}

async function* readItems(items: LineSpool): AsyncGenerator<Item> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (const line of await items.read(partition)) yield JSON.parse(line) as Item;
  }
}

type Refusal = Omit<RefusedLine, 'file'>;

/** Sums over the partitions. */
class Totals {
  readonly #files: readonly string[];
  readonly #counts: { file: string; new: number; changed: number; unchanged: number; refused: number }[];
  readonly #keys = { new: 0, changed: 0 };
  readonly members = { standing: 0, removed: 0 };
  #refusals: { readonly at: number; readonly refusal: Refusal }[] = [];

  constructor(files: readonly string[]) {
    this.#files = files;
    this.#counts = files.map((file) => ({ file, new: 0, changed: 0, unchanged: 0, refused: 0 }));
  }

  get counts(): readonly FileCounts[] {
    return this.#counts;
  }

  get keys(): KeyCounts {
    return this.#keys;
  }

  refuse(file: number, refusal: Refusal): void {
    this.#counts[file]!.refused += 1;
    this.#keep(file, refusal);
  }

  countMember(isRemoved: boolean): void {
    this.members.standing += 1;
    if (isRemoved) this.members.removed += 1;
  }

  countChangedKey(): void {
    this.#keys.changed += 1;
  }

  add(plan: Awaited<ReturnType<typeof planEntityImport>>): void {
    for (const [i, count] of plan.counts.entries()) {
      for (const figure of ['new', 'changed', 'unchanged', 'refused'] as const)
        this.#counts[i]![figure] += count[figure];
    }
    this.#keys.new += plan.keys.new;
    this.#keys.changed += plan.keys.changed;
    for (const { file, ...refusal } of plan.refusals) this.#keep(this.#files.indexOf(file), refusal);
  }

  refusals(): readonly RefusedLine[] {
    this.#cut();
    return this.#refusals.map(({ at, refusal }) => ({ file: this.#files[at]!, ...refusal }));
  }

  #keep(at: number, refusal: Refusal): void {
    this.#refusals.push({ at, refusal });
    if (this.#refusals.length >= 2 * MAX_REFUSALS) this.#cut();
  }

  #cut(): void {
    this.#refusals.sort((a, b) => a.at - b.at || a.refusal.line - b.refusal.line);
    this.#refusals = this.#refusals.slice(0, MAX_REFUSALS);
  }
}
