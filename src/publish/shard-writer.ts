/** The files of one shard, written side by side from documents that come in ascending place. */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { parquetPath, publishedFolder, type ShardFileKind, shardPath } from './attempt-files.ts';
import { CollectForCheck } from './collect-for-check.ts';
import { CollectUses } from './collect-uses.ts';
import { FillCounter } from './fill-rates.ts';
import type { MergedDocument, StoredReject } from './merge-document.ts';
import { ParquetFileWriter } from './parquet/parquet-file-writer.ts';
import type { PlaceRange } from './place.ts';
import type { ChangeLine, FillCounts, Place, Shard } from './published.ts';
import { PublishedFileWriter } from './published-file-writer.ts';

export interface ShardWriterOptions {
  /** Of agreement identifiers. */
  readonly ranges: number;
  /** Lines between two marks. */
  readonly markEvery: number;
  /** Execution name. */
  readonly run: string;
}

export class ShardWriter {
  readonly changes = { added: 0, changed: 0, removed: 0 };
  rejectedDocuments = 0;
  readonly #id: AttemptId;
  readonly #number: number;
  readonly #a3: Pick<JobDailyA3Data, 'putOnce' | 'putOnceStream'>;
  readonly #markEvery: number;
  readonly #files: Readonly<Record<Exclude<ShardFileKind, 'texts'>, PublishedFileWriter>>;
  readonly #open: (kind: ShardFileKind) => PublishedFileWriter;
  /** `null` until there is a text. */
  #texts: PublishedFileWriter | null = null;
  readonly #parquet: ParquetFileWriter;
  readonly #uses = new CollectUses();
  readonly #forCheck: CollectForCheck;
  readonly #run: string;
  readonly #filled = new FillCounter();
  readonly #made = new FillCounter();
  readonly #marks: Place[] = [];
  #rows = 0;
  #staleRows = 0;
  #unreadable = 0;
  #lines = 0;

  constructor(
    id: AttemptId,
    number: number,
    options: ShardWriterOptions,
    a3: Pick<JobDailyA3Data, 'putOnce' | 'putOnceStream'>,
  ) {
    const open = (kind: ShardFileKind) => new PublishedFileWriter(a3, publishedFolder(id), shardPath(kind, number));
    this.#open = open;
    this.#id = id;
    this.#number = number;
    this.#a3 = a3;
    this.#markEvery = options.markEvery;
    this.#forCheck = new CollectForCheck(options.ranges);
    this.#run = options.run;
    this.#files = { table: open('table'), changes: open('changes'), rejected: open('rejected'), uses: open('uses') };
    this.#parquet = new ParquetFileWriter(a3, publishedFolder(id), parquetPath(number));
  }

  async writeDocument(place: Place, document: MergedDocument): Promise<void> {
    for (const stored of document.rows) {
      const wait = this.#files.table.write(stored.line);
      if (wait !== undefined) await wait;
      const groupEnd = this.#parquet.write(stored.row);
      if (groupEnd !== undefined) await groupEnd;
      this.#forCheck.add(stored);
      this.#filled.add(stored.row);
      if (stored.row.lineage.run === this.#run) this.#made.add(stored.row);
      // A stale row was made by an earlier transformation: what the last one looked at stands in the rejected entry.
      if (document.rejected === null) this.#uses.add(place, stored.row.uses);
      this.#rows += 1;
      if (stored.row.lineage.stale_since !== null) this.#staleRows += 1;
    }
    for (const change of document.changes) await this.#writeChange(change);
    if (document.rejected !== null) {
      this.#uses.add(place, document.rejected.entry.uses);
      this.rejectedDocuments += 1;
      await this.#writeReject(document.rejected);
    }
    this.#mark(place, document.rows.length + Number(document.rejected !== null));
  }

  async writeUnreadable(place: Place, reject: StoredReject): Promise<void> {
    await this.#writeReject(reject);
    this.#unreadable += 1;
    this.#mark(place, 1);
  }

  async close(range: PlaceRange): Promise<Shard> {
    await this.#uses.writeTo(this.#files.uses);
    await this.#forCheck.write(this.#id, this.#number, this.#a3);
    const { table, changes, rejected, uses } = this.#files;
    return {
      number: this.#number,
      after: range.after,
      through: range.through,
      rows: this.#rows,
      stale_rows: this.#staleRows,
      filled: this.#filled.counts().filled,
      unreadable: this.#unreadable,
      marks: this.#marks,
      table: await table.close(),
      parquet: await this.#parquet.close(),
      changes: await changes.close(),
      rejected: await rejected.close(),
      texts: (await this.#texts?.close()) ?? null,
      uses: await uses.close(),
    };
  }

  /** Of all rows so far, and of those that this run made. */
  get fill(): { readonly table: FillCounts; readonly made: FillCounts } {
    return { table: this.#filled.counts(), made: this.#made.counts() };
  }

  /** Gives all files up. Never throws. */
  async abort(): Promise<void> {
    await Promise.all([...Object.values(this.#files), this.#texts, this.#parquet].map((file) => file?.abort()));
  }

  /** Entry and text, each in the line of the same number. */
  async #writeReject({ line, text }: StoredReject): Promise<void> {
    this.#texts ??= this.#open('texts');
    await this.#files.rejected.write(line);
    await this.#texts.write(text);
  }

  async #writeChange(change: ChangeLine): Promise<void> {
    await this.#files.changes.write(JSON.stringify(change));
    this.changes[change.change] += 1;
  }

  /** A document is never divided: the mark stands behind the one that reaches or passes the number. */
  #mark(place: Place, lines: number): void {
    const before = Math.floor(this.#lines / this.#markEvery);
    this.#lines += lines;
    if (Math.floor(this.#lines / this.#markEvery) > before) this.#marks.push(place);
  }
}
