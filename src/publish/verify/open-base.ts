import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { attemptOfManifest, manifestKey, publishedFolder } from '../attempt-files.ts';
import { MANIFEST_PATH } from '../checksums.ts';
import type { Manifest } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import type { Faults } from './faults.ts';
import { parseManifest } from './verify-manifest.ts';

export interface OpenedBase {
  /** `none`: the day is the first one. `unknown`: its base cannot be read. */
  readonly day: PublishedDay | 'none' | 'unknown';
  /** Why it cannot be read. */
  readonly reason: string | null;
}

/** What a day was built on, as far as it is there. That it is damaged is no fault of the day. */
export async function openBase(
  manifest: Manifest,
  a3: Pick<JobDailyA3Data, 'get'>,
  faults: Faults,
): Promise<OpenedBase> {
  const { base: key } = manifest;
  if (key === null) return { day: 'none', reason: null };
  if (!isKey(key) || key === manifestKey(manifest)) {
    faults.add('manifest', MANIFEST_PATH, null, 'names as its base what is no other manifest');
    return { day: 'unknown', reason: 'the manifest names no base' };
  }
  const body = await a3.get(key);
  if (body === null) return { day: 'unknown', reason: `the base ${key} is not there any more` };
  const problems: string[] = [];
  const base = parseManifest(body, (what) => problems.push(what));
  if (base === null) return { day: 'unknown', reason: `the base is damaged: ${key} ${problems[0]}` };
  return { day: { key, folder: publishedFolder(attemptOfManifest(key)), manifest: base }, reason: null };
}

function isKey(key: string): boolean {
  try {
    attemptOfManifest(key);
    return true;
  } catch {
    return false;
  }
}
