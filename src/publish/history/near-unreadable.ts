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
  const shard = shardAt(manifest.shards, place);
  if (shard === null || shard.unreadable === 0) return null;
  const found = await searchLines<RejectedEntry, { readonly after: string; readonly looksLike: string | null }>(
    a3,
    folder,
    shard.rejected,
    {
      texts: ['"kind":"unreadable"'],
      isMeant: (line) =>
        line.kind === 'unreadable' &&
        line.lex_id === null &&
        line.namespace === place.namespace &&
        comparePlaces({ namespace: line.namespace, lex_id: line.place }, place) < 0,
      keep: ({ place: after, findings }) => ({ after, looksLike: findings[0]?.value ?? null }),
    },
  );
  const after = found.at(-1)?.after;
  if (after === undefined) return null;
  const near = found.filter((one) => one.after === after);
  return { rows: near.length, after, isAlike: near.some(({ looksLike }) => looksLike === place.lex_id) };
}
