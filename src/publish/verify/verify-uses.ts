import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { CollectUses } from '../collect-uses.ts';
import type { Shard } from '../published.ts';
import type { Faults } from './faults.ts';
import { readLines } from './read-lines.ts';

/** The uses of a shard are those of its rows and rejections, gathered again. The first difference is told. */
export async function verifyUses(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  { uses }: Shard,
  gathered: CollectUses,
  faults: Faults,
): Promise<void> {
  const expected = gathered.lines()[Symbol.iterator]();
  let number = 0;
  let isTold = false;
  for await (const batch of readLines(a3, folder, uses, faults)) {
    for (const line of batch) {
      number += 1;
      if (isTold || line === expected.next().value) continue;
      isTold = true;
      faults.add(
        'uses',
        uses.path,
        number,
        'names another use, or other documents of it, than rows and rejections have',
      );
    }
  }
  if (!isTold && expected.next().done !== true) {
    faults.add('uses', uses.path, null, `ends after ${number} uses where rows and rejections have more`);
  }
}
