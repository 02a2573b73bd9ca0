import type { Finding } from '../../agreements/transformed.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { Place, TableRow } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { readSliceLines } from './slice-lines.ts';

/**
 * The warnings of the document that its standing rows were made with. Nothing published has them, only what the day was made
 * of that made the rows.
 * @param days in which that day is looked for
 * @param rows of one document
 * @returns `null`: there are no rows, or what they were made of is not there any more
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function readRowWarnings(
  a3: Pick<JobDailyA3Data, 'get' | 'open'>,
  days: readonly PublishedDay[],
  place: Place,
  [first]: readonly TableRow[],
): Promise<readonly Finding[] | null> {
  const day = days.find(({ manifest }) => manifest.run === first?.lineage.run);
  const lines = day === undefined ? null : await readSliceLines(a3, day, place);
  return lines?.find((line) => line.op === 'valid')?.findings ?? null;
}
