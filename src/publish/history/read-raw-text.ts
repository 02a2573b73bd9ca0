import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { comparePlaces } from '../place.ts';
import type { Place, RejectedEntry, RejectedText } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { textDigest } from '../rejected-text.ts';
import { shardAt } from './document-files.ts';
import { searchLines } from './search-lines.ts';

export type RawText = Pick<RejectedText, 'raw' | 'raw_encoding'>;

/**
 * The text of a rejected document or unreadable line as Lex gave it. It may hold contact details: for whoever asks for this
 * very one, and never for an error or a log. `null`: the day has none of it.
 * @throws PermanentError `STORE_CORRUPT`: also where retention has deleted it, which `textOfReject` tells
 */
export async function readRawText(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder, manifest }: PublishedDay,
  { namespace, place, kind, raw_text }: RejectedEntry,
): Promise<RawText | null> {
  const at: Place = { namespace, lex_id: place };
  const shard = shardAt(manifest.shards, at);
  // Tables of before texts had parts of their own have them in their rejections.
  const file = shard?.texts ?? shard?.rejected;
  if (file == null) return null;
  const found = await searchLines<RejectedText, RawText>(a3, folder, file, {
    texts: [`"place":${JSON.stringify(place)}`],
    isMeant: (line) => line.namespace === namespace && line.place === place && line.kind === kind,
    isPast: (line) => comparePlaces({ namespace: line.namespace, lex_id: line.place }, at) > 0,
    keep: ({ raw, raw_encoding }) => ({ raw, raw_encoding }),
  });
  return found.find((text) => textDigest(text).sha256 === raw_text.sha256) ?? null;
}
