import { PermanentError } from '../errors.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';

/**
 * Stores what another call of the same turn may have found otherwise, because what it looked at changes meanwhile (a clock, the
 * Entity table, outputs that come late): the first that is stored counts, for both.
 * @returns whether `body` is what stands
 */
export async function putFirst(a3: Pick<JobDailyA3Data, 'putOnce'>, key: string, body: Uint8Array): Promise<boolean> {
  try {
    await a3.putOnce(key, body);
    return true;
  } catch (error) {
    if (error instanceof PermanentError && error.code === 'PUBLISHED_CONFLICT') return false;
    throw error;
  }
}
