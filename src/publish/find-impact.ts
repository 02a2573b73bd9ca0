/**
 * Which documents of a published day rest on look-up rows: what their last transformation looked at. Streamed, in the memory
 * of one shard's documents; of shards that nobody is found in, the uses alone are read.
 */
import type { Use } from '../agreements/look-up-items.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { parsedBatches } from './lines.ts';
import { comparePlaces } from './place.ts';
import type { Place, RejectedEntry, Shard, TableRow } from './published.ts';
import { readPublishedLines } from './published-file-reader.ts';
import type { PublishedDay } from './read-published.ts';
import { scanUses } from './scan-uses.ts';

export interface ImpactCounts {
  readonly documents: number;
  /** Those whose rows are current, and those that are rejected now. */
  readonly published: number;
  readonly rejected: number;
  /** Current rows that rest on the row themselves: a document has rows that do not. `null`: not counted. */
  readonly rows: number | null;
}

export interface Impact extends ImpactCounts {
  /** Ascending; those without a document left out. */
  readonly namespaces: readonly (ImpactCounts & { readonly namespace: string })[];
  /** The first ones, ascending. */
  readonly examples: readonly (Place & { readonly state: 'published' | 'rejected' })[];
}

export interface ImpactQuestion {
  readonly isMeant: (use: Use) => boolean;
  /** The one key that is meant: its rows are counted. `null`: there are many, and no row is read. */
  readonly key: string | null;
  /** Examples at the most. */
  readonly limit: number;
}

/** @throws PermanentError `STORE_CORRUPT` */
export async function findImpact(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder, manifest }: Pick<PublishedDay, 'folder' | 'manifest'>,
  question: ImpactQuestion,
): Promise<Impact> {
  const tally = new Tally(question.key !== null);
  for (const shard of manifest.shards) {
    const found = await documentsOf(a3, folder, shard, question.isMeant);
    if (found.size === 0) continue;
    const rejected = await rejectedOf(a3, folder, shard, found);
    for (const place of [...found.values()].sort(comparePlaces)) {
      tally.addDocument(place, rejected.has(textOf(place)), question.limit);
    }
    if (question.key !== null) await countRows(a3, folder, shard, question, question.key, tally);
  }
  return tally.impact();
}

/** By {@link textOf}. */
async function documentsOf(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  shard: Shard,
  isMeant: ImpactQuestion['isMeant'],
): Promise<ReadonlyMap<string, Place>> {
  const found = new Map<string, Place>();
  for await (const batch of scanUses(a3, folder, shard)) {
    for (const { use, places } of batch) {
      if (isMeant(use)) for (const place of places()) found.set(textOf(place), place);
    }
  }
  return found;
}

async function rejectedOf(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  { rejected }: Shard,
  found: ReadonlyMap<string, Place>,
): Promise<ReadonlySet<string>> {
  const texts = new Set<string>();
  const lines = readPublishedLines(a3, folder, rejected);
  for await (const entries of parsedBatches(lines, `${folder}/${rejected.path}`, parseReject)) {
    for (const { kind, namespace, place } of entries) {
      const text = textOf({ namespace, lex_id: place });
      if (kind === 'document' && found.has(text)) texts.add(text);
    }
  }
  return texts;
}

/** Most rows do not name the key, and are not parsed. */
async function countRows(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  { table }: Shard,
  { isMeant }: ImpactQuestion,
  key: string,
  tally: Tally,
): Promise<void> {
  const member = `"key":${JSON.stringify(key)}`;
  const naming = (async function* () {
    for await (const lines of readPublishedLines(a3, folder, table))
      yield lines.filter((line) => line.includes(member));
  })();
  for await (const rows of parsedBatches(naming, `${folder}/${table.path}`, parseRow)) {
    for (const { namespace, lineage, uses } of rows) {
      if (lineage.stale_since === null && uses.some(isMeant)) tally.addRow(namespace);
    }
  }
}

class Tally {
  readonly #countsRows: boolean;
  readonly #namespaces = new Map<string, { published: number; rejected: number; rows: number }>();
  readonly #examples: Impact['examples'][number][] = [];

  constructor(countsRows: boolean) {
    this.#countsRows = countsRows;
  }

  addDocument({ namespace, lex_id }: Place, isRejected: boolean, limit: number): void {
    const state = isRejected ? 'rejected' : 'published';
    this.#of(namespace)[state] += 1;
    if (this.#examples.length < limit) this.#examples.push({ namespace, lex_id, state });
  }

  addRow(namespace: string): void {
    this.#of(namespace).rows += 1;
  }

  impact(): Impact {
    const namespaces = [...this.#namespaces].map(([namespace, { published, rejected, rows }]) => ({
      namespace,
      documents: published + rejected,
      published,
      rejected,
      rows: this.#countsRows ? rows : null,
    }));
    const sum = (of: 'documents' | 'published' | 'rejected') =>
      namespaces.reduce((total, counts) => total + counts[of], 0);
    const rows = this.#countsRows ? namespaces.reduce((total, counts) => total + (counts.rows ?? 0), 0) : null;
    const total = { documents: sum('documents'), published: sum('published'), rejected: sum('rejected'), rows };
    return { ...total, namespaces, examples: this.#examples };
  }

  #of(namespace: string): { published: number; rejected: number; rows: number } {
    let counts = this.#namespaces.get(namespace);
    if (counts === undefined) {
      counts = { published: 0, rejected: 0, rows: 0 };
      this.#namespaces.set(namespace, counts);
    }
    return counts;
  }
}

/** No name of a namespace has a blank. */
function textOf({ namespace, lex_id }: Place): string {
  return `${namespace} ${lex_id}`;
}

function parseReject(line: string): Pick<RejectedEntry, 'kind' | 'namespace' | 'place'> {
  return JSON.parse(line) as RejectedEntry;
}

function parseRow(line: string): TableRow {
  return JSON.parse(line) as TableRow;
}
