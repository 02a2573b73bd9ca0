import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { comparePlaces } from '../place.ts';
import type { Place, RejectedEntry } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { shardAt } from './document-files.ts';
import { searchLines } from './search-lines.ts';

export interface NearUnreadable {
  /** Rows of Lex without a readable id that stood behind the document `after`. */
  readonly rows: number;
  /** `''`: before the first document. */
  readonly after: string;
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
  const shard = shardAt(manifest.shards, place);
  if (shard === null || shard.unreadable === 0) return null;
  const found = await searchLines<RejectedEntry, string>(a3, folder, shard.rejected, {
    texts: ['"kind":"unreadable"'],
    isMeant: (line) =>
      line.kind === 'unreadable' &&
      line.lex_id === null &&
      line.namespace === place.namespace &&
      comparePlaces({ namespace: line.namespace, lex_id: line.place }, place) < 0,
    keep: (line) => line.place,
  });
  const after = found.at(-1);
  return after === undefined ? null : { rows: found.filter((one) => one === after).length, after };
}
