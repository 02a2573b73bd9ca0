/**
 * Imports a golden copy of GLEIF, in the place of the one before. Everything is read and checked first;
 * lines are dealt into partitions, so that memory does not grow with their number.
 */
import { stat } from 'node:fs/promises';
import { type GleifEntity, readGleifEntities, readGleifParents } from '../agreements/imports/gleif.ts';
import { MAX_REFUSALS } from '../agreements/imports/plan-import.ts';
import type { ImportLine, Refusal } from '../agreements/imports/read-table.ts';
import { LineSpool } from '../stores/embedded/line-spool.ts';
import { gleifBucket } from '../stores/gleif-format.ts';
import type { GleifRecord, GleifStore } from '../stores/gleif-reference.ts';
import type { ImportedFile } from '../stores/look-up-imports.ts';
import { FileDigest } from './file-digest.ts';
import { ImportRefusedError, type RefusedLine } from './import-refused.ts';
import { lookUpBytes } from './look-up-bytes.ts';

/** Paths. */
export interface GleifFiles {
  /** Level 1, `lei2`. */
  readonly entities: string;
  /** Level 2, `rr`. Without it nobody has a parent. */
  readonly relationships?: string | undefined;
}

export interface GleifFileResult {
  readonly file: string;
  /** What file it was, for the record. */
  readonly imported: ImportedFile;
  /** Entities, or parents, that were taken. */
  readonly taken: number;
  /** Relationships of another kind, or that have ended; lines that repeat an earlier one. */
  readonly passedOver: number;
  readonly refused: number;
}

export interface GleifImportResult {
  readonly files: readonly GleifFileResult[];
  readonly refused: readonly RefusedLine[];
}

export interface GleifImportOptions {
  /** Leaves refused lines out instead of refusing the files. */
  readonly allowRejects: boolean;
  /** Of the files together: bytes as they lie on the disk, and lines. Called often. */
  readonly onProgress?: (readBytes: number, totalBytes: number, lines: number) => void;
}

/** Of 20,000 entities at 5 million: some 10 MB at once. */
const PARTITIONS = 256;

/** @throws ImportRefusedError; PermanentError `INPUT_INVALID`, `FILE_NOT_READABLE`, `STORE_*` */
export async function importGleifFiles(
  store: Pick<GleifStore, 'replace' | 'workFolder'>,
  files: GleifFiles,
  options: GleifImportOptions,
): Promise<GleifImportResult> {
  const work = new GleifImport(store, files, options);
  try {
    return await work.carryOut();
  } finally {
    await work.close();
  }
}

const LINES_PER_TELL = 10_000;

class FileCount {
  readonly digest: FileDigest;
  taken = 0;
  passedOver = 0;
  refused = 0;
  readonly file: string;
  constructor(file: string) {
    this.file = file;
    this.digest = new FileDigest(file);
  }

  result(): GleifFileResult {
    const { file, taken, passedOver, refused } = this;
    const imported = this.digest.imported({ taken, passed_over: passedOver, refused });
    return { file, imported, taken, passedOver, refused };
  }
}

class GleifImport {
  readonly #store: Pick<GleifStore, 'replace'>;
  readonly #options: GleifImportOptions;
  readonly #entities: FileCount;
  readonly #parents: FileCount | null;
  readonly #entityLines: LineSpool;
  readonly #parentLines: LineSpool;
  readonly #refused: RefusedLine[] = [];
  #readBytes = 0;
  #totalBytes = 0;
  #lines = 0;

  constructor(
    store: Pick<GleifStore, 'replace' | 'workFolder'>,
    { entities, relationships }: GleifFiles,
    options: GleifImportOptions,
  ) {
    this.#store = store;
    this.#options = options;
    this.#entities = new FileCount(entities);
    this.#parents = relationships === undefined ? null : new FileCount(relationships);
    this.#entityLines = new LineSpool(store.workFolder, PARTITIONS);
    this.#parentLines = new LineSpool(store.workFolder, PARTITIONS);
  }

  async carryOut(): Promise<GleifImportResult> {
    const counts = [this.#entities, ...(this.#parents === null ? [] : [this.#parents])];
    // A file that is not there is told of when it is read.
    for (const { file } of counts) this.#totalBytes += (await stat(file).catch(() => null))?.size ?? 0;
    await this.#dealEntities();
    if (this.#parents !== null) await this.#dealParents(this.#parents);
    this.#refuseUnlessAllowed(counts);
    await this.#store.replace(this.#records(counts));
    return { files: counts.map((count) => count.result()), refused: this.#refused };
  }

  async close(): Promise<void> {
    await this.#entityLines.close();
    await this.#parentLines.close();
  }

  async #dealEntities(): Promise<void> {
    const lines = readGleifEntities(this.#bytesOf(this.#entities), this.#entities.file);
    for await (const each of this.#accepted(lines, this.#entities)) {
      const { lei, status, name, jurisdiction, city, region, country } = each.item;
      const cells = `${each.line}\t${status}\t${name}\t${jurisdiction}\t${city}\t${region}\t${country}`;
      this.#entities.taken += 1;
      const written = this.#entityLines.add(partitionOf(lei), `${lei}\t${cells}`);
      if (written !== undefined) await written;
    }
  }

  async #dealParents(count: FileCount): Promise<void> {
    const lines = readGleifParents(this.#bytesOf(count), count.file);
    for await (const { item } of this.#accepted(lines, count)) {
      if (item === null) {
        count.passedOver += 1;
        continue;
      }
      count.taken += 1;
      const written = this.#parentLines.add(partitionOf(item.lei), `${item.lei}\t${item.kind}\t${item.parent}`);
      if (written !== undefined) await written;
    }
  }

  async *#accepted<T>(lines: AsyncIterable<ImportLine<T>>, count: FileCount) {
    for await (const line of lines) {
      this.#lines += 1;
      if (this.#lines % LINES_PER_TELL === 0) this.#tell();
      if (line.ok) yield line;
      else this.#refuse(line.refusal, count);
    }
  }

  #bytesOf({ file, digest }: FileCount): AsyncIterable<Uint8Array> {
    return lookUpBytes(file, (block) => {
      digest.add(block);
      this.#readBytes += block.length;
      this.#tell();
    });
  }

  #tell(): void {
    this.#options.onProgress?.(this.#readBytes, this.#totalBytes, this.#lines);
  }

  async *#records(counts: readonly FileCount[]): AsyncGenerator<GleifRecord> {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const parents = parentsOf(await this.#parentLines.read(partition));
      const sorted = (await this.#entityLines.read(partition)).map(parseLine).sort(compareEntities);
      yield* this.#withoutRepetitions(sorted, parents);
    }
    // The new file takes its place after this, or never.
    this.#refuseUnlessAllowed(counts);
  }

  *#withoutRepetitions(sorted: readonly EntityLine[], parents: ReadonlyMap<string, Parents>): Generator<GleifRecord> {
    let last: EntityLine | null = null;
    for (const each of sorted) {
      if (last?.entity.lei !== each.entity.lei) {
        yield { ...each.entity, ...(parents.get(each.entity.lei) ?? NO_PARENTS) };
        last = each;
        continue;
      }
      this.#entities.taken -= 1;
      if (last.text === each.text) this.#entities.passedOver += 1;
      else {
        const reason = `Line ${last.line} has the same LEI and says something else.`;
        this.#refuse({ line: each.line, column: 'LEI', reason }, this.#entities);
      }
    }
  }

  #refuse(refusal: Refusal, count: FileCount): void {
    count.refused += 1;
    if (this.#refused.length < MAX_REFUSALS) this.#refused.push({ file: count.file, ...refusal });
  }

  /** @throws ImportRefusedError */
  #refuseUnlessAllowed(counts: readonly FileCount[]): void {
    if (this.#options.allowRejects || this.#refused.length === 0) return;
    const asCounts = counts.map(({ file, taken, refused }) => ({
      file,
      new: taken,
      changed: 0,
      unchanged: 0,
      refused,
    }));
    const order = counts.map(({ file }) => file);
    const byPlace = this.#refused.toSorted((a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line);
    throw new ImportRefusedError(asCounts, byPlace);
  }
}

interface EntityLine {
  readonly bucket: number;
  readonly line: number;
  readonly entity: GleifEntity;
  /** All but the line's number. */
  readonly text: string;
}

type Parents = Pick<GleifRecord, 'directParent' | 'ultimateParent'>;
const NO_PARENTS: Parents = { directParent: null, ultimateParent: null };

function partitionOf(lei: string): number {
  return Math.floor((gleifBucket(lei) * PARTITIONS) / 65_536);
}

function parseLine(text: string): EntityLine {
  const [lei = '', line = '', ...cells] = text.split('\t');
  const [status = '', name = '', jurisdiction = '', city = '', region = '', country = ''] = cells;
  const entity = { lei, status, name, jurisdiction, city, region, country };
  return { bucket: gleifBucket(lei), line: Number(line), entity, text: cells.join('\t') };
}

/** Equal LEIs in the order of their lines. */
function compareEntities(a: EntityLine, b: EntityLine): number {
  if (a.entity.lei === b.entity.lei) return a.line - b.line;
  return a.bucket - b.bucket || (a.entity.lei < b.entity.lei ? -1 : 1);
}

/** Where two lines name a parent of one kind, the later one holds. */
function parentsOf(lines: readonly string[]): ReadonlyMap<string, Parents> {
  const parents = new Map<string, Parents>();
  for (const line of lines) {
    const [lei = '', kind = '', parent = ''] = line.split('\t');
    const known = parents.get(lei) ?? NO_PARENTS;
    parents.set(lei, { ...known, [kind === 'direct' ? 'directParent' : 'ultimateParent']: parent });
  }
  return parents;
}
