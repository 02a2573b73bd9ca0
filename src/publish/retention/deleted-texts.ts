/** What readers say of raw texts that are not there any more. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { manifestKey, TEXTS_FOLDER } from '../attempt-files.ts';
import type { PublishedFile } from '../published.ts';
import { openPublishedDay, type PublishedDay } from '../read-published.ts';
import { attemptsWithTextsRecord, readTextsRecord, type TextsRecord } from './texts-record.ts';

export interface DeletedTexts {
  readonly record: TextsRecord;
  /** The parts that are gone: all, or, after a crash in between, some. */
  readonly parts: readonly PublishedFile[];
  /** Their paths below the day's folder. */
  readonly paths: ReadonlySet<string>;
}

/**
 * The parts that retention has deleted, by the record that it left; `null`: none. A part that is missing and that no record
 * names is lost: whoever reads it is told so.
 * @throws PermanentError `STORE_CORRUPT`: the record cannot be read
 */
export async function findDeletedTexts(
  a3: Pick<JobDailyA3Data, 'get' | 'list'>,
  { folder, manifest }: Pick<PublishedDay, 'folder' | 'manifest'>,
): Promise<DeletedTexts | null> {
  const parts = manifest.shards.flatMap(({ texts }) => texts ?? []);
  if (parts.length === 0) return null;
  const record = await readTextsRecord(a3, manifest);
  if (record === null) return null;
  const there = new Set<string>();
  for await (const { key } of a3.list(`${folder}/${TEXTS_FOLDER}`)) there.add(key.slice(folder.length + 1));
  const named = new Set(record.parts.map(({ path }) => path));
  const gone = parts.filter(({ path }) => !there.has(path) && named.has(path));
  return gone.length === 0 ? null : { record, parts: gone, paths: new Set(gone.map(({ path }) => path)) };
}

/** The records of a date's tables that are still there without some of their texts. @throws as {@link findDeletedTexts} */
export async function deletionsOfTexts(
  a3: Pick<JobDailyA3Data, 'get' | 'list'>,
  business_date: string,
): Promise<readonly TextsRecord[]> {
  const found: TextsRecord[] = [];
  for await (const attempt of attemptsWithTextsRecord(a3, business_date)) {
    const key = manifestKey({ business_date, attempt });
    const body = await a3.get(key);
    if (body === null) continue;
    const deleted = await findDeletedTexts(a3, await openPublishedDay({ get: async () => body }, key));
    if (deleted !== null) found.push(deleted.record);
  }
  return found;
}

/** Goes on where "The raw text" or "Their raw texts" ends. */
export function deletedBy({ by, decided_at }: Pick<TextsRecord, 'by' | 'decided_at'>): string {
  return `deleted on ${decided_at.slice(0, 10)} by retention (${by})`;
}
