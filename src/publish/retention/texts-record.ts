/**
 * Records of deleted raw texts: `retention/<date>/<attempt>.texts.json` in JobDailyA3Data, written before a part of them is
 * deleted and never deleted. They name every part, so that what is missing can be told from what was lost.
 */
import type { AttemptId } from '../../job/contracts.ts';
import type { RetentionPolicy } from '../../job/retention-policy.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { corrupt } from '../lines.ts';
import { encodeJson, readJson } from '../shard-plan.ts';

export interface TextsRecord extends AttemptId {
  readonly format: 1;
  /** SHA-256 (hex) of the manifest, which holds those of the parts. */
  readonly manifest_sha256: string;
  /** Those that were there: paths below the day's folder, ascending. */
  readonly parts: readonly { readonly path: string; readonly bytes: number }[];
  /** The rule, and the newest published date, from which it counts. */
  readonly rule: RetentionPolicy & { readonly newest: string };
  /** The run or the person. */
  readonly by: string;
  /** ISO. */
  readonly decided_at: string;
}

const TEXTS_RECORD = /\/([1-9]\d*)\.texts\.json$/;

export function textsRecordKey({ business_date, attempt }: AttemptId): string {
  return `retention/${business_date}/${attempt}.texts.json`;
}

/** A record that is there stays as it is: an earlier deletion was decided, and did not come to its end. */
export async function writeTextsRecord(
  a3: Pick<JobDailyA3Data, 'get' | 'putOnce'>,
  record: TextsRecord,
): Promise<void> {
  const key = textsRecordKey(record);
  if ((await a3.get(key)) === null) await a3.putOnce(key, encodeJson(record));
}

/** `null`: the deletion of its texts was never decided. @throws PermanentError `STORE_CORRUPT` */
export async function readTextsRecord(a3: Pick<JobDailyA3Data, 'get'>, id: AttemptId): Promise<TextsRecord | null> {
  const key = textsRecordKey(id);
  const record = await readJson<TextsRecord>(key, a3);
  const isRight =
    record === null ||
    (Array.isArray(record.parts) && [record.by, record.decided_at].every((text) => typeof text === 'string'));
  if (!isRight) throw corrupt(key, 'names no parts, or nobody who decided it');
  return record;
}

/** Numbers of the date's attempts that have such a record. */
export async function* attemptsWithTextsRecord(
  a3: Pick<JobDailyA3Data, 'list'>,
  business_date: string,
): AsyncIterable<number> {
  for await (const { key } of a3.list(`retention/${business_date}`)) {
    const attempt = TEXTS_RECORD.exec(key)?.[1];
    if (attempt !== undefined) yield Number(attempt);
  }
}
