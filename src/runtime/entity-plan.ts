/**
 * What an import of entities will write, for files of any length: rows are dealt into partitions by key, and each partition
 * is planned by itself, as if it were the whole import. Whatever concerns one key lies in one partition.
 */
import { tmpdir } from 'node:os';
import { crc32 } from 'node:zlib';
import type { MasterRow } from '../agreements/imports/master-table.ts';
import { type FileCounts, type KeyCounts, MAX_REFUSALS, planEntityImport } from '../agreements/imports/plan-import.ts';
import type { ImportLine } from '../agreements/imports/read-table.ts';
import type { AliasItem, EntityItem } from '../agreements/look-up-items.ts';
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

export interface EntityPlan {
  /** As in `ImportPlan`. */
  readonly counts: readonly FileCounts[];
  readonly keys: KeyCounts;
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
 * @throws as the files' readers; PermanentError `STORE_FULL`: no room for temporary files
 */
export async function planEntities(
  files: readonly EntityFile[],
  current: (key: string) => Promise<Item | null>,
): Promise<EntityPlan> {
  const rows = new LineSpool(tmpdir(), PARTITIONS);
  const items = new LineSpool(tmpdir(), PARTITIONS);
  try {
    const totals = new Totals(files.map(({ file }) => file));
    for (const [i, { lines }] of files.entries()) await deal(lines, i, rows, totals);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      await planPartition(partition, files, rows, items, current, totals);
    }
    return {
      counts: totals.counts,
      keys: totals.keys,
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
  for (const item of plan.items.values()) {
    const written = items.add(partition, JSON.stringify(item));
    if (written !== undefined) await written;
  }
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
