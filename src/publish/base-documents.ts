/** What stands in the base for a range of places: rows, rejected documents and their texts, from one or several of its shards. */
import type { PermanentError } from '../errors.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { Cursor } from './cursor.ts';
import { corrupt, parsedBatches } from './lines.ts';
import { type StandingDocument, type StoredReject, storedReject } from './merge-document.ts';
import { comparePlaces, isWithin } from './place.ts';
import type { Place, PublishedFile, RejectedEntry, RejectedEntryWithText, Shard } from './published.ts';
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
  if (plan.base_folder === null) return;
  for (const { table } of plan.base) {
    for await (const rows of readFile(a3, plan.base_folder, table, parseStoredRow)) {
      yield rows.filter(({ row }) => isWithin(row, plan));
    }
  }
}

/** Unreadable rows stand on the day that they were seen, and are not carried over. */
async function* readRejects(plan: ShardPlan, a3: Pick<JobDailyA3Data, 'open'>): AsyncIterable<readonly StoredReject[]> {
  if (plan.base_folder === null) return;
  for (const shard of plan.base) {
    for await (const rejects of rejectsOf(a3, plan.base_folder, shard)) {
      yield rejects.filter(({ entry }) => entry.kind === 'document' && isWithin(placeOf(entry), plan));
    }
  }
}

/** Every entry with its text. */
async function* rejectsOf(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  { rejected, texts }: Shard,
): AsyncIterable<readonly StoredReject[]> {
  if (texts === undefined) {
    yield* readFile(a3, folder, rejected, (line) => storedReject(JSON.parse(line) as RejectedEntryWithText));
    return;
  }
  const textLines = texts === null ? null : await Cursor.open(readPublishedLines(a3, folder, texts));
  const parse = (line: string) => ({ line, entry: JSON.parse(line) as RejectedEntry });
  try {
    for await (const batch of readFile(a3, folder, rejected, parse)) {
      const rejects: StoredReject[] = [];
      for (const { line, entry } of batch) {
        const text = textLines?.head ?? null;
        if (text === null) throw noText(folder, rejected);
        rejects.push({ line, entry, text });
        const wait = textLines?.advance();
        if (wait !== undefined) await wait;
      }
      yield rejects;
    }
    if (textLines !== null && textLines.head !== null) throw noText(folder, rejected);
  } finally {
    await textLines?.close();
  }
}

function noText(folder: string, rejected: PublishedFile): PermanentError {
  return corrupt(`${folder}/${rejected.path}`, 'has not as many entries as there are texts for them');
}

function readFile<T>(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  file: PublishedFile,
  parse: (line: string) => T,
): AsyncIterable<readonly T[]> {
  return parsedBatches(readPublishedLines(a3, folder, file), `${folder}/${file.path}`, parse);
}

function placeOf({ namespace, place }: RejectedEntry): Place {
  return { namespace, lex_id: place };
}

function isAt(a: Place, b: Place): boolean {
  return a.lex_id === b.lex_id && a.namespace === b.namespace;
}
