import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { comparePlaces } from '../place.ts';
import type { Place, RejectedEntry, Shard } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { shardAt, shardBefore } from './document-files.ts';
import { searchLines } from './search-lines.ts';

export interface NearUnreadable {
  /** Rows of Lex without a readable id that stood behind the document `after`. */
  readonly rows: number;
  /** `''`: before the first document. */
  readonly after: string;
  /** Whether one of the rows looks like the document that is asked for. */
  readonly isAlike: boolean;
}

/**
 * The unreadable rows that are nearest before the place of a document that the day does not know: one of them may be it.
 * `null`: the day had none there.
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function nearUnreadable(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder, manifest }: PublishedDay,
  place: Place,
): Promise<NearUnreadable | null> {
  // A row stands at the document before it, which may be the last one of the shard before.
  for (const shard of [shardAt(manifest.shards, place), shardBefore(manifest.shards, place)]) {
    if (shard === null || shard.unreadable === 0) continue;
    const found = await rowsBefore(a3, folder, shard, place);
    const after = found.at(-1)?.after;
    if (after === undefined) continue;
    const near = found.filter((one) => one.after === after);
    return { rows: near.length, after, isAlike: near.some(({ looksLike }) => looksLike === place.lex_id) };
  }
  return null;
}

/** Those of the shard, in their order. */
function rowsBefore(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  { rejected }: Shard,
  place: Place,
): Promise<readonly { readonly after: string; readonly looksLike: string | null }[]> {
  return searchLines(a3, folder, rejected, {
    texts: ['"kind":"unreadable"'],
    isMeant: (line: RejectedEntry) =>
      line.kind === 'unreadable' &&
      line.lex_id === null &&
      line.namespace === place.namespace &&
      comparePlaces({ namespace: line.namespace, lex_id: line.place }, place) < 0,
    keep: ({ place: after, findings }) => ({ after, looksLike: findings[0]?.value ?? null }),
  });
}
