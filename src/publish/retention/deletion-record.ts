/**
 * Records of deletions: `retention/<date>/<attempt>.json` in JobDailyA3Data, written before anything of the table is deleted
 * and never deleted. A table with a record and no manifest is deleted, though files of it may be left after a crash; one with
 * both is whole: it was held in the last moment, or nothing of it was deleted yet.
 */
import type { AttemptId } from '../../job/contracts.ts';
import type { RetentionPolicy } from '../../job/retention-policy.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
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
