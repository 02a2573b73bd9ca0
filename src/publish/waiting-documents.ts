/**
 * Documents of a published day that wait for look-up rows: their last transformation looked for them in vain. One pass over
 * the uses, and over the rejections of the shards where somebody waits; in the memory of one shard's documents.
 */
import { ABSENT, type Use } from '../agreements/look-up-items.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { parsedBatches } from './lines.ts';
import type { Place, RejectedEntry, Shard } from './published.ts';
import { readPublishedLines } from './published-file-reader.ts';
import type { PublishedDay } from './read-published.ts';
import { scanUses } from './scan-uses.ts';

export interface Waiting {
  readonly documents: number;
  /**
   * Business date of the oldest of their rejections as they stand: a document that was tried again and rejected again is
   * rejected since then. `null`: none of them is rejected.
   */
  readonly since: string | null;
}

/**
 * @param keys the keys that are asked about
 * @returns by key; a key that no document waits for is left out
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function findWaiting(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder, manifest }: Pick<PublishedDay, 'folder' | 'manifest'>,
  table: Use['table'],
  keys: { has(key: string): boolean },
): Promise<ReadonlyMap<string, Waiting>> {
  const all = new Map<string, Waiting>();
  for (const shard of manifest.shards) {
    const found = await placesOf(a3, folder, shard, (use) => {
      return use.version === ABSENT && use.table === table && keys.has(use.key);
    });
    if (found.length === 0) continue;
    const since = await rejectionsOf(a3, folder, shard, new Set(found.flatMap(({ places }) => places.map(textOf))));
    for (const { key, places } of found) {
      const known = all.get(key) ?? { documents: 0, since: null };
      const oldest = earliest([known.since, ...places.map((place) => since.get(textOf(place)) ?? null)]);
      all.set(key, { documents: known.documents + places.length, since: oldest });
    }
  }
  return all;
}

async function placesOf(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  shard: Shard,
  isMeant: (use: Use) => boolean,
): Promise<readonly { readonly key: string; readonly places: readonly Place[] }[]> {
  const found: { key: string; places: readonly Place[] }[] = [];
  for await (const batch of scanUses(a3, folder, shard)) {
    for (const { use, places } of batch) if (isMeant(use)) found.push({ key: use.key, places: places() });
  }
  return found;
}

/** Since when, by {@link textOf}. */
async function rejectionsOf(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  { rejected }: Shard,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const since = new Map<string, string>();
  const lines = readPublishedLines(a3, folder, rejected);
  for await (const entries of parsedBatches(lines, `${folder}/${rejected.path}`, parse)) {
    for (const entry of entries) {
      const text = textOf({ namespace: entry.namespace, lex_id: entry.place });
      if (entry.kind === 'document' && wanted.has(text)) since.set(text, entry.since);
    }
  }
  return since;
}

function earliest(dates: readonly (string | null)[]): string | null {
  let first: string | null = null;
  for (const date of dates) if (date !== null && (first === null || date < first)) first = date;
  return first;
}

/** No name of a namespace has a blank. */
function textOf({ namespace, lex_id }: Place): string {
  return `${namespace} ${lex_id}`;
}

function parse(line: string): Pick<RejectedEntry, 'kind' | 'namespace' | 'place' | 'since'> {
  return JSON.parse(line) as RejectedEntry;
}
