import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { Place } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { readSliceLines } from './slice-lines.ts';

/**
 * Whether the day's run found other bytes of the document in Lex, and the same content: another spelling, or another value of a
 * volatile member. Whether somebody saved it is not known. That changes nothing that is published, so only what the day was made of tells it.
 * @returns `null`: not known, because that was deleted
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function wasTouched(
  a3: Pick<JobDailyA3Data, 'get' | 'open'>,
  day: PublishedDay,
  place: Place,
): Promise<boolean | null> {
  const lines = await readSliceLines(a3, day, place);
  return lines === null ? null : lines.some(({ op }) => op === 'touched');
}
