/** What stands in the base for a range of places: rows and rejected documents, read from one or several of its shards. */
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { Cursor } from './cursor.ts';
import { parsedBatches } from './lines.ts';
import type { StandingDocument, StoredReject } from './merge-document.ts';
import { comparePlaces, isWithin } from './place.ts';
import type { Place, PublishedFile, RejectedEntry, Shard } from './published.ts';
import { readPublishedLines } from './published-file-reader.ts';
import type { ShardPlan } from './shard-plan.ts';
import { parseStoredRow, type StoredRow } from './table-row.ts';

export class BaseDocuments {
  readonly #rows: Cursor<StoredRow>;
  readonly #rejects: Cursor<StoredReject>;

  constructor(plan: ShardPlan, a3: Pick<JobDailyA3Data, 'open'>) {
    this.#rows = new Cursor(readRows(plan, a3));
    this.#rejects = new Cursor(readRejects(plan, a3));
  }

  /** Before anything else. Each file is read to its end, and so checked, even where the range ends before. */
  async start(): Promise<void> {
    await this.#rows.advance();
    await this.#rejects.advance();
  }

  /** Place of the next document, `null` at the end. */
  get place(): Place | null {
    const row = this.#rows.head?.row ?? null;
    const reject = this.#rejects.head === null ? null : placeOf(this.#rejects.head.entry);
    if (row === null || reject === null) return row ?? reject;
    return comparePlaces(row, reject) <= 0 ? row : reject;
  }

  /** What stands for the document at `place`, and moves on behind it. */
  async take(place: Place): Promise<StandingDocument> {
    const rows: StoredRow[] = [];
    for (let head = this.#rows.head; head !== null && isAt(head.row, place); head = this.#rows.head) {
      rows.push(head);
      const wait = this.#rows.advance();
      if (wait !== undefined) await wait;
    }
    const reject = this.#rejects.head;
    if (reject === null || !isAt(placeOf(reject.entry), place)) {
      return { namespace: place.namespace, rows, rejected: null };
    }
    await this.#rejects.advance();
    return { namespace: place.namespace, rows, rejected: reject };
  }

  async close(): Promise<void> {
    await Promise.all([this.#rows.close(), this.#rejects.close()]);
  }
}

async function* readRows(plan: ShardPlan, a3: Pick<JobDailyA3Data, 'open'>): AsyncIterable<readonly StoredRow[]> {
  for await (const rows of readAll(plan, a3, (shard) => shard.table, parseStoredRow)) {
    yield rows.filter(({ row }) => isWithin(row, plan));
  }
}

/** Unreadable rows stand on the day that they were seen, and are not carried over. */
async function* readRejects(plan: ShardPlan, a3: Pick<JobDailyA3Data, 'open'>): AsyncIterable<readonly StoredReject[]> {
  const parse = (line: string): StoredReject => ({ line, entry: JSON.parse(line) as RejectedEntry });
  for await (const rejects of readAll(plan, a3, (shard) => shard.rejected, parse)) {
    yield rejects.filter(({ entry }) => entry.kind === 'document' && isWithin(placeOf(entry), plan));
  }
}

async function* readAll<T>(
  plan: ShardPlan,
  a3: Pick<JobDailyA3Data, 'open'>,
  fileOf: (shard: Shard) => PublishedFile,
  parse: (line: string) => T,
): AsyncIterable<readonly T[]> {
  if (plan.base_folder === null) return;
  for (const shard of plan.base) {
    const file = fileOf(shard);
    const lines = readPublishedLines(a3, plan.base_folder, file);
    yield* parsedBatches(lines, `${plan.base_folder}/${file.path}`, parse);
  }
}

function placeOf({ namespace, place }: RejectedEntry): Place {
  return { namespace, lex_id: place };
}

function isAt(a: Place, b: Place): boolean {
  return a.lex_id === b.lex_id && a.namespace === b.namespace;
}
