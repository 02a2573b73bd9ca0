/** One shard of a published day: one pass over its files, side by side, with what the base has of its places. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { Cursor } from '../cursor.ts';
import { comparePlaces } from '../place.ts';
import type { ChangeLine, Place, RejectedEntry, Shard, TableRow } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { BAD_LINE, type BaseShard, openBaseShard, placeOfEntry } from './base-shard.ts';
import { Faults } from './faults.ts';
import type { FileMemory } from './file-memory.ts';
import { CHANGE_LINE, isTableRow, REJECTED_ENTRY, REJECTED_ENTRY_WITH_TEXT, TABLE_ROW } from './line-shapes.ts';
import { ParquetRows } from './parquet-rows.ts';
import { type Line, parseLines, readLines } from './read-lines.ts';
import { damagedParts, missingFor, type ShardPart } from './rests-on.ts';
import { ShardCounts } from './shard-counts.ts';
import { ShardOrder } from './shard-order.ts';
import {
  type DocumentContext,
  type DocumentOfBase,
  type DocumentOfDay,
  verifyAgainstBase,
  verifyRejected,
  verifyRows,
} from './verify-document.ts';
import { TextsCheck } from './verify-texts.ts';
import { UsesSum, verifyUses } from './verify-uses.ts';

export interface ShardDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open'>;
  /** For the Parquet file; the same from shard to shard. */
  readonly memory: FileMemory;
  /** `none`: the first publication. `unknown`: it is not there any more, or cannot be read. */
  readonly base: PublishedDay | 'none' | 'unknown';
  /** Paths of texts that retention has deleted. */
  readonly deletedTexts: ReadonlySet<string>;
  /** Given each row, in order. @returns a promise only where it has to wait */
  readonly onRow: (row: Line<TableRow>) => Promise<void> | undefined;
  /** Told of a file of the base that is not as published: with it nothing can be shown of changes. */
  readonly onBaseDamage: (key: string, what: string) => void;
}

export interface VerifiedShard {
  readonly counts: ShardCounts;
  readonly faults: Faults;
  /** Files that are not as published: what is drawn from them is left. */
  readonly damaged: ReadonlySet<ShardPart>;
  /** Whether rows and rejections are in order and in shape: otherwise nothing was held against them. */
  readonly isOrdered: boolean;
}

export async function verifyShard(day: PublishedDay, shard: Shard, deps: ShardDeps): Promise<VerifiedShard> {
  const faults = new Faults();
  let isBaseLost = false;
  const onBaseDamage = (key: string, what: string): void => {
    isBaseLost = true;
    deps.onBaseDamage(key, what);
  };
  const pass = new ShardPass(day, shard, { ...deps, onBaseDamage }, faults);
  await pass.run();
  await verifyUses(deps.a3, day.folder, shard, pass.uses, faults);
  const damaged = damagedParts(shard, faults);
  // What is out of order, or of another shape, makes everything that is compared with it look wrong as well.
  const isOrdered = (['rows', 'rejected'] as const).every(
    (claim) => faults.count(claim) === 0 || missingFor(claim, damaged).length > 0,
  );
  const kept = faults.only((claim) => {
    if (claim === 'files') return true;
    if (missingFor(claim, damaged).length > 0) return false;
    if (!isOrdered) return claim === 'rows' || claim === 'rejected';
    return claim !== 'changes' || !isBaseLost;
  });
  return { counts: pass.counts, faults: kept, damaged, isOrdered };
}

class ShardPass {
  readonly counts = new ShardCounts();
  readonly uses = new UsesSum();
  readonly #shard: Shard;
  readonly #folder: string;
  readonly #deps: ShardDeps;
  readonly #context: DocumentContext;
  readonly #order: ShardOrder;
  readonly #rows: Cursor<Line<TableRow>>;
  readonly #rejected: Cursor<Line<RejectedEntry>>;
  readonly #changes: Cursor<Line<ChangeLine>>;
  #base: BaseShard | 'none' | 'unknown';

  constructor({ folder, manifest }: PublishedDay, shard: Shard, deps: ShardDeps, faults: Faults) {
    const { a3, base } = deps;
    const { table, rejected, changes } = shard;
    this.#shard = shard;
    this.#folder = folder;
    this.#deps = deps;
    const paths = { table: table.path, rejected: rejected.path, changes: changes.path };
    this.#context = { ...paths, run: manifest.run, business_date: manifest.business_date, faults };
    this.#order = new ShardOrder(shard, faults);
    const rows = { claim: 'rows', path: table.path, shape: TABLE_ROW, isRight: isTableRow, faults } as const;
    this.#rows = new Cursor(parseLines<TableRow>(readLines(a3, folder, table, faults), rows));
    const shape = shard.texts === undefined ? REJECTED_ENTRY_WITH_TEXT : REJECTED_ENTRY;
    const entries = { claim: 'rejected', path: rejected.path, shape, faults } as const;
    this.#rejected = new Cursor(parseLines<RejectedEntry>(readLines(a3, folder, rejected, faults), entries));
    const logged = { claim: 'changes', path: changes.path, shape: CHANGE_LINE, faults } as const;
    this.#changes = new Cursor(parseLines<ChangeLine>(readLines(a3, folder, changes, faults), logged));
    this.#base =
      typeof base === 'string' ? base : openBaseShard(a3, base, shard, (key, what) => this.#giveBaseUp(key, what));
  }

  async run(): Promise<void> {
    const base = this.#base;
    try {
      await this.#readAll();
    } finally {
      await Promise.all([this.#rows, this.#rejected, this.#changes].map((cursor) => cursor.close()));
      if (typeof base !== 'string') await Promise.all([base.rows.close(), base.rejected.close()]);
    }
  }

  async #readAll(): Promise<void> {
    const { parquet: file, texts: textsFile } = this.#shard;
    const { a3, memory, deletedTexts } = this.#deps;
    const { faults } = this.#context;
    const parquet = file === undefined ? null : await ParquetRows.open(a3, this.#folder, file, { memory, faults });
    const hasTexts = textsFile != null && !deletedTexts.has(textsFile.path);
    const texts = hasTexts ? await TextsCheck.open(a3, this.#folder, textsFile, faults) : null;
    await Promise.all([this.#rows.advance(), this.#rejected.advance(), this.#changes.advance()]);
    const base = this.#base;
    if (typeof base !== 'string') await Promise.all([base.rows.advance(), base.rejected.advance()]);
    for (let place = this.#least(); place !== null; place = this.#least()) {
      const document = await this.#take({ namespace: place.namespace, lex_id: place.lex_id });
      for (const line of document.rows) {
        const taken = this.#deps.onRow(line);
        if (taken !== undefined) await taken;
        const group = parquet?.next(line.value);
        if (group !== undefined) await group;
      }
      for (const entry of document.rejected) await texts?.add(entry);
      this.#verify(document, await this.#takeBase(document));
    }
    parquet?.end();
    await texts?.end();
    this.#order.end();
  }

  #verify(document: DocumentOfDay, base: DocumentOfBase): void {
    const { place, rows, rejected } = document;
    const entry = rejected.find(({ value }) => value.kind === 'document');
    const wasRejected = base.rejected !== null && base.rejected !== 'same' && base.rejected !== 'unknown';
    this.#order.add(document);
    this.counts.add(document, this.#context.run, wasRejected && rows.length === 0 && entry === undefined);
    // Of a stale row, which an earlier transformation made, the uses stand in the row alone.
    this.uses.addDocument(place, entry?.value.uses ?? rows.flatMap(({ value }) => value.uses));
    verifyRows(document, this.#context);
    verifyRejected(document, this.#context);
    verifyAgainstBase(document, base, this.#context);
  }

  #least(): Place | null {
    const row = this.#rows.head;
    const places = [row?.value ?? null, this.#rejectedPlace(), this.#changes.head?.value ?? null];
    const base = this.#base;
    // Most rows are as the base has them: then its line need not be parsed.
    if (typeof base !== 'string') places.push(base.rows.text === row?.text ? null : this.#basePlace(base.rows));
    if (typeof base !== 'string') places.push(this.#basePlace(base.rejected));
    let least: Place | null = null;
    for (const place of places)
      if (place !== null && (least === null || comparePlaces(place, least) < 0)) least = place;
    return least;
  }

  #rejectedPlace(): Place | null {
    const entry = this.#rejected.head?.value ?? null;
    return entry === null ? null : placeOfEntry(entry);
  }

  async #take(place: Place): Promise<DocumentOfDay> {
    const rows = await takeAt(this.#rows, place, (row) => row);
    const rejected = await takeAt(this.#rejected, place, placeOfEntry);
    const changes = await takeAt(this.#changes, place, (change) => change);
    return { place, rows, rejected, changes };
  }

  async #takeBase({ place, rows }: DocumentOfDay): Promise<DocumentOfBase> {
    const base = this.#base;
    if (base === 'none') return { rows: [], rejected: null };
    if (base === 'unknown') return { rows: 'unknown', rejected: 'unknown' };
    const old: string[] = [];
    for (let text = base.rows.text; text !== null; text = base.rows.text) {
      if (text !== rows[old.length]?.text && !isAt(this.#basePlace(base.rows), place)) break;
      old.push(text);
      const wait = base.rows.advance();
      if (wait !== undefined) await wait;
    }
    let rejected: string | null = null;
    if (isAt(this.#basePlace(base.rejected), place)) {
      rejected = base.rejected.text;
      await base.rejected.advance();
    }
    return {
      rows: base.hasSameRows ? 'same' : old,
      rejected: base.hasSameRejected ? 'same' : rejected,
    };
  }

  #basePlace(lines: Pick<BaseShard['rows'], 'place' | 'key'>): Place | null {
    try {
      return lines.place;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#giveBaseUp(lines.key, BAD_LINE);
      return null;
    }
  }

  #giveBaseUp(key: string, what: string): void {
    this.#base = 'unknown';
    this.#deps.onBaseDamage(key, what);
  }
}

async function takeAt<T>(
  cursor: Cursor<Line<T>>,
  place: Place,
  placeOf: (value: T) => Place,
): Promise<readonly Line<T>[]> {
  const taken: Line<T>[] = [];
  for (let head = cursor.head; head !== null && isAt(placeOf(head.value), place); head = cursor.head) {
    taken.push(head);
    const wait = cursor.advance();
    if (wait !== undefined) await wait;
  }
  return taken;
}

function isAt(a: Place | null, b: Place): boolean {
  return a !== null && a.lex_id === b.lex_id && a.namespace === b.namespace;
}
