/**
 * Records of deletions: `retention/<date>/<attempt>.json` in JobDailyA3Data, written before anything of the table is deleted
 * and never deleted. A table with a record and no manifest is deleted, though files of it may be left after a crash; one with
 * both is whole: it was held in the last moment, or nothing of it was deleted yet.
 */
import { PermanentError } from '../../errors.ts';
import type { AttemptId } from '../../job/contracts.ts';
import type { RetentionPolicy } from '../../job/retention-policy.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { manifestKey } from '../attempt-files.ts';
import { encodeJson, readJson } from '../shard-plan.ts';

export interface DeletionRecord extends AttemptId {
  readonly format: 1;
  /** SHA-256 (hex) of the manifest, which holds those of all other files. */
  readonly manifest_sha256: string;
  readonly files: number;
  readonly bytes: number;
  /** The rule, and the newest published date, from which it counts. */
  readonly rule: RetentionPolicy & { readonly newest: string };
  /** The run or the person. */
  readonly by: string;
  /** ISO. */
  readonly decided_at: string;
}

/** Those of raw texts alone have another end: `texts-record.ts`. */
const DELETION_KEY = /^retention\/(\d{4}-\d{2}-\d{2})\/[1-9]\d*\.json$/;

export function deletionKey({ business_date, attempt }: AttemptId): string {
  return `retention/${business_date}/${attempt}.json`;
}

/** A record that is there stays as it is: an earlier deletion was decided, and did not come to its end. */
export async function writeDeletionRecord(
  a3: Pick<JobDailyA3Data, 'get' | 'putOnce'>,
  record: DeletionRecord,
): Promise<void> {
  const key = deletionKey(record);
  if ((await a3.get(key)) === null) await a3.putOnce(key, encodeJson(record));
}

/** `null`: its deletion was never decided. @throws PermanentError `STORE_CORRUPT` */
export async function readDeletionRecord(
  a3: Pick<JobDailyA3Data, 'get'>,
  id: AttemptId,
): Promise<DeletionRecord | null> {
  return readJson<DeletionRecord>(deletionKey(id), a3);
}

/** The records of a date whose tables are gone, the last attempt first. @throws PermanentError `STORE_CORRUPT` */
export async function deletedTables(
  a3: Pick<JobDailyA3Data, 'get' | 'list'>,
  business_date: string,
): Promise<readonly DeletionRecord[]> {
  const gone: DeletionRecord[] = [];
  for await (const { key } of a3.list(`retention/${business_date}`)) {
    if (!DELETION_KEY.test(key)) continue;
    const record = await readJson<DeletionRecord>(key, a3);
    if (record !== null && (await a3.get(manifestKey(record))) === null) gone.push(record);
  }
  return gone.sort((a, b) => b.attempt - a.attempt);
}

/** The dates of which a table has a record: of those without any table, retention has deleted it. */
export async function deletedDates(a3: Pick<JobDailyA3Data, 'list'>): Promise<ReadonlySet<string>> {
  const dates = new Set<string>();
  for await (const { key } of a3.list('retention')) {
    const date = DELETION_KEY.exec(key)?.[1];
    if (date !== undefined) dates.add(date);
  }
  return dates;
}

/** The record of an attempt whose table is gone; `null`: it was never deleted. @throws PermanentError `STORE_CORRUPT` */
export async function deletedTable(a3: Pick<JobDailyA3Data, 'get'>, id: AttemptId): Promise<DeletionRecord | null> {
  const record = await readDeletionRecord(a3, id);
  return record === null || (await a3.get(manifestKey(id))) !== null ? null : record;
}

/** A sentence. */
export function deletedText({ business_date, decided_at, by }: DeletionRecord): string {
  return `The table as of ${business_date} was deleted by retention on ${decided_at.slice(0, 10)} (${by}).`;
}

/** The error of whoever asks for such a table. */
export function tableDeleted(record: DeletionRecord): PermanentError {
  const { business_date, attempt } = record;
  return new PermanentError('TABLE_DELETED', deletedText(record), { business_date, attempt });
}
