/** The four files of one shard, written side by side from documents that come in ascending place. */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { publishedFolder, shardPath } from './attempt-files.ts';
import { CollectUses } from './collect-uses.ts';
import type { MergedDocument } from './merge-document.ts';
import type { PlaceRange } from './place.ts';
import type { ChangeLine, Place, RejectedEntry, Shard } from './published.ts';
import { PublishedFileWriter } from './published-file-writer.ts';
import { CollectReferences } from './references.ts';

export interface ShardWriterOptions {
  /** Of agreement identifiers. */
  readonly ranges: number;
  /** Lines between two marks. */
  readonly markEvery: number;
}

export class ShardWriter {
  readonly changes = { added: 0, changed: 0, removed: 0 };
  rejectedDocuments = 0;
  readonly #id: AttemptId;
  readonly #number: number;
  readonly #a3: Pick<JobDailyA3Data, 'putOnce' | 'putOnceStream'>;
  readonly #markEvery: number;
  readonly #files: Readonly<Record<'table' | 'changes' | 'rejected' | 'uses', PublishedFileWriter>>;
  readonly #uses = new CollectUses();
  readonly #references: CollectReferences;
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
    const open = (kind: 'table' | 'changes' | 'rejected' | 'uses') =>
      new PublishedFileWriter(a3, publishedFolder(id), shardPath(kind, number));
    this.#id = id;
    this.#number = number;
    this.#a3 = a3;
    this.#markEvery = options.markEvery;
    this.#references = new CollectReferences(options.ranges);
    this.#files = { table: open('table'), changes: open('changes'), rejected: open('rejected'), uses: open('uses') };
  }

  async writeDocument(place: Place, document: MergedDocument): Promise<void> {
    for (const stored of document.rows) {
      const wait = this.#files.table.write(stored.line);
      if (wait !== undefined) await wait;
      this.#references.add(stored);
      // A stale row was made by an earlier transformation: what the last one looked at stands in the rejected entry.
      if (document.rejected === null) this.#uses.add(place, stored.row.uses);
      this.#rows += 1;
      if (stored.row.lineage.stale_since !== null) this.#staleRows += 1;
    }
    for (const change of document.changes) await this.#writeChange(change);
    if (document.rejected !== null) {
      this.#uses.add(place, document.rejected.entry.uses);
      this.rejectedDocuments += 1;
      await this.#files.rejected.write(document.rejected.line);
    }
    this.#mark(place, document.rows.length + Number(document.rejected !== null));
  }

  async writeUnreadable(place: Place, entry: RejectedEntry): Promise<void> {
    await this.#files.rejected.write(JSON.stringify(entry));
    this.#unreadable += 1;
    this.#mark(place, 1);
  }

  async close(range: PlaceRange): Promise<Shard> {
    await this.#uses.writeTo(this.#files.uses);
    await this.#references.write(this.#id, this.#number, this.#a3);
    const { table, changes, rejected, uses } = this.#files;
    return {
      number: this.#number,
      after: range.after,
      through: range.through,
      rows: this.#rows,
      stale_rows: this.#staleRows,
      unreadable: this.#unreadable,
      marks: this.#marks,
      table: await table.close(),
      changes: await changes.close(),
      rejected: await rejected.close(),
      uses: await uses.close(),
    };
  }

  /** Gives all files up. Never throws. */
  async abort(): Promise<void> {
    await Promise.all(Object.values(this.#files).map((file) => file.abort()));
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
