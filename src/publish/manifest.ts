import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { Manifest } from './published.ts';
import { mustStand, readJson } from './shard-plan.ts';

/** @throws PermanentError `STORE_CORRUPT`: there is no manifest at `key`, or it is damaged */
export async function loadManifest(a3: Pick<JobDailyA3Data, 'get'>, key: string): Promise<Manifest> {
  return mustStand(await readJson<Manifest>(key, a3), key);
}
