import { PermanentError } from '../errors.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { Manifest } from './published.ts';
import { mustStand, readJson } from './shard-plan.ts';

/** @throws PermanentError `STORE_CORRUPT`: there is no manifest at `key`, or it is damaged */
export async function loadManifest(a3: Pick<JobDailyA3Data, 'get'>, key: string): Promise<Manifest> {
  return mustStand(await readJson<Manifest>(key, a3), key);
}

/** A manifest further back along the bases. `null`: it was deleted, or is damaged, which is the trouble of its own day. */
export async function loadEarlierManifest(a3: Pick<JobDailyA3Data, 'get'>, key: string): Promise<Manifest | null> {
  try {
    return await readJson<Manifest>(key, a3);
  } catch (error) {
    if (error instanceof PermanentError && error.code === 'STORE_CORRUPT') return null;
    throw error;
  }
}
