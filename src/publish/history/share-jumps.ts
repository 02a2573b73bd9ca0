/** The namespaces of which a run that is about to be published has met far more change than usual. */
import type { ShareJump } from '../../job/contracts.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { loadEarlierManifest } from '../manifest.ts';
import type { Manifest } from '../published.ts';
import { findShareJumps, MOST_DAYS, type ShareDay, shareDayOf } from './changed-share.ts';

/**
 * By the manifests along the bases, at most {@link MOST_DAYS} of them; a day that retention has deleted ends the way.
 * @param base of the manifest, `null`: the first publication, of which nothing is usual
 */
export async function findJumpsOf(
  manifest: Parameters<typeof shareDayOf>[0],
  base: Manifest | null,
  a3: Pick<JobDailyA3Data, 'get'>,
): Promise<readonly ShareJump[]> {
  const days: ShareDay[] = [shareDayOf(manifest)];
  for (let day = base; day !== null; ) {
    days.unshift(shareDayOf(day));
    day = day.base === null || days.length > MOST_DAYS ? null : await loadEarlierManifest(a3, day.base);
  }
  return findShareJumps(days).filter(({ run }) => run === manifest.run);
}
