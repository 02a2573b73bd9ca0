import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { RejectedEntry } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { findDeletedTexts } from '../retention/deleted-texts.ts';
import { shardAt } from './document-files.ts';

/** The raw text of a rejected document or unreadable line. The text itself is told nowhere: it may hold contact details. */
export interface TextOfReject {
  readonly bytes: number;
  readonly sha256: string;
  /** The part of the day that holds it, or held it. */
  readonly part: string;
  /** By retention; `null`: it is there. */
  readonly deleted: { readonly at: string; readonly by: string } | null;
}

/** @throws PermanentError `STORE_CORRUPT` */
export async function textOfReject(
  a3: Pick<JobDailyA3Data, 'get' | 'list'>,
  day: PublishedDay,
  { namespace, place, raw_text }: RejectedEntry,
): Promise<TextOfReject> {
  // An unreadable line stands at the document before it, which may be the last one of another shard than its own id's.
  const shard = shardAt(day.manifest.shards, { namespace, lex_id: place });
  const part = (shard?.texts ?? shard?.rejected)?.path ?? '';
  const deletion = await findDeletedTexts(a3, day);
  const isDeleted = deletion?.paths.has(part) === true;
  return { ...raw_text, part, deleted: isDeleted ? { at: deletion.record.decided_at, by: deletion.record.by } : null };
}
