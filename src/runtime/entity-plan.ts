/**
 * What an import of entities will write, for files of any length: rows are dealt into partitions by key, and each partition
 * is planned by itself, as if it were the whole import. Whatever concerns one key lies in one partition.
 */
import { tmpdir } from 'node:os';
import { crc32 } from 'node:zlib';
import type { MasterRow } from '../agreements/imports/master-table.ts';
import { type FileCounts, type KeyCounts, planEntityImport } from '../agreements/imports/plan-import.ts';
import type { ImportLine } from '../agreements/imports/read-table.ts';
import type { AliasItem, EntityItem } from '../agreements/look-up-items.ts';
import { entityKey } from '../agreements/look-up-key.ts';
import { LineSpool } from '../stores/embedded/line-spool.ts';
import { inBatches } from '../stores/in-batches.ts';
import type { RefusedLine } from './import-refused.ts';
import { mergeItems } from './merge-items.ts';
import { type AliasesOfNobody, PlanTotals } from './plan-totals.ts';
import { dealMembers, type StandingMembers, withoutMembership } from './standing-members.ts';

type Row = MasterRow | AliasItem;
type Item = EntityItem | AliasItem;

export interface EntityFile {
  /** Names the file in refusals. */
  readonly file: string;
  readonly lines: AsyncIterable<ImportLine<Row>>;
  /** Passes lines of this file on, and refuses those that contradict an earlier one. */
  readonly refuseRepetitions: (lines: AsyncIterable<ImportLine<Row>>) => AsyncIterable<ImportLine<Row>>;
}

export interface EntityPlan {
  /** As in `ImportPlan`. */
  readonly counts: readonly FileCounts[];
  readonly keys: KeyCounts;
  /** Members of the tables that the files took the place of: how many stood in them, and how many go. */
  readonly members: { readonly standing: number; readonly removed: number };
  /** Aliases whose entity neither the table nor the import knows. */
  readonly aliasesOfNobody: AliasesOfNobody;
  /** The first ones, by file and line. */
  readonly refusals: readonly RefusedLine[];
  /** To write, each key once, about ascending by key. Can be read more than once. */
  items(): AsyncIterable<Item>;
  /** The same, so many at a time; they lie in memory as texts, a third of what they take as objects. */
  batches(size: number): AsyncIterable<Iterable<Item>>;
  close(): Promise<void>;
}

/** Of 20,000 rows at 5 million: some 60 MB at once. */
const PARTITIONS = 256;

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
    const totals = new PlanTotals(files.map(({ file }) => file));
    for (const [i, { lines }] of files.entries()) await deal(lines, i, rows, totals);
    if (members !== null) await dealMembers(members, rows, partitionOf);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      await planPartition(partition, files, rows, items, current, totals);
    }
    return {
      counts: totals.counts,
      keys: totals.keys,
      members: totals.members,
      aliasesOfNobody: totals.aliasesOfNobody(),
      refusals: totals.refusals(),
      items: () => parsed(mergeItems(items)),
      batches: (size) => batchesOf(mergeItems(items), size),
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
  totals: PlanTotals,
): Promise<void> {
  for await (const line of lines) {
    if (!line.ok) {
      totals.refuse(file, line.refusal);
      continue;
    }
    const { item } = line;
    const written = rows.add(partitionOf(item.entity_key), JSON.stringify([file, line.line, item]));
    if (written !== undefined) await written;
    if (item.kind !== 'alias') continue;
    const named: NamedByAlias = { line: line.line, entity_id: item.entity_id, key: entityKey(item.entity_id) };
    const noted = rows.add(partitionOf(named.key), JSON.stringify(named));
    if (noted !== undefined) await noted;
  }
}

async function planPartition(
  partition: number,
  files: readonly EntityFile[],
  rows: LineSpool,
  items: LineSpool,
  current: (key: string) => Promise<Item | null>,
  totals: PlanTotals,
): Promise<void> {
  const dealt = await rows.read(partition);
  const parts = files.map(({ file, refuseRepetitions }, i) => ({ file, lines: refuseRepetitions(linesOf(dealt, i)) }));
  const plan = await planEntityImport(parts, current);
  totals.add(plan);
  const planned = new Map(plan.items);
  for (const item of await withoutMembership(dealt, planned, current, totals)) planned.set(item.entity_key, item);
  for (const item of [...planned.values()].sort(byKey)) {
    const written = items.add(partition, JSON.stringify(item));
    if (written !== undefined) await written;
  }
  await findNobodies(dealt, planned, current, totals);
}

/** Dealt to the partition of the entity that an alias names. */
interface NamedByAlias {
  readonly line: number;
  readonly entity_id: string;
  readonly key: string;
}

async function findNobodies(
  dealt: readonly string[],
  planned: ReadonlyMap<string, Item>,
  current: (key: string) => Promise<Item | null>,
  totals: PlanTotals,
): Promise<void> {
  const known = new Map<string, boolean>();
  for (const text of dealt) {
    if (!text.startsWith('{')) continue;
    const { line, entity_id, key } = JSON.parse(text) as NamedByAlias;
    if (!known.has(key)) {
      const item = planned.get(key) ?? (await current(key));
      known.set(key, item?.kind === 'entity' && item.status !== 'pending');
    }
    if (known.get(key) === false) totals.countNobody({ line, entity_id });
  }
}

async function* parsed(texts: AsyncIterable<string>): AsyncGenerator<Item> {
  for await (const text of texts) yield JSON.parse(text) as Item;
}

async function* batchesOf(texts: AsyncIterable<string>, size: number): AsyncGenerator<Iterable<Item>> {
  for await (const batch of inBatches(texts, size)) {
    yield {
      *[Symbol.iterator]() {
        for (const text of batch) yield JSON.parse(text) as Item;
      },
    };
  }
}

function partitionOf(key: string): number {
  return crc32(key) % PARTITIONS;
}

function byKey(a: Item, b: Item): number {
  return a.entity_key < b.entity_key ? -1 : 1;
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
