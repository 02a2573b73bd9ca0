/** Objects of JobDailyA3Data that are numbered from 1 without holes and never deleted, so that the next free number is found without a list. */
import { PermanentError, TransientError } from '../errors.ts';
import type { JobDailyA3Data } from './job-daily-a3-data.ts';

/** Tries for a number that another writer is just taking. */
const MAX_BUSY = 20;

/** The first number that none has. Reads the first lines of some: twice the logarithm of their number. */
export async function nextFree(
  keyOf: (number: number) => string,
  a3: Pick<JobDailyA3Data, 'firstLine'>,
): Promise<number> {
  const isTaken = async (number: number) => (await a3.firstLine(keyOf(number))) !== null;
  let free = 1;
  while (await isTaken(free)) free *= 2;
  let taken = Math.floor(free / 2);
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (await isTaken(middle)) taken = middle;
    else free = middle;
  }
  return free;
}

/**
 * Without holes: whoever finds a number taken goes on to the next, and waits for one that is just being taken.
 * @param body of this writer alone: the same bytes would be taken for its own
 * @param first a number that may be free
 */
export async function putNext(
  keyOf: (number: number) => string,
  body: Buffer,
  first: number,
  a3: Pick<JobDailyA3Data, 'putOnce'>,
): Promise<number> {
  let busy = 0;
  for (let number = first; ; ) {
    try {
      await a3.putOnce(keyOf(number), body);
      return number;
    } catch (error) {
      if (error instanceof PermanentError && error.code === 'PUBLISHED_CONFLICT') number += 1;
      else if (!(error instanceof TransientError && error.code === 'PUBLISHED_BUSY' && ++busy < MAX_BUSY)) throw error;
    }
  }
}
