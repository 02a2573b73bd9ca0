/** The published files of a data folder alone, as of a copy that has nothing else. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderJobDailyA3Data } from '../stores/embedded/folder-job-daily-a3-data.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';

const NAME = 'JobDailyA3Data';

/** To be read from. `null`: the folder holds no `JobDailyA3Data`. */
export async function openPublishedFiles(
  folder: string,
): Promise<Pick<JobDailyA3Data, 'get' | 'open' | 'list'> | null> {
  const path = join(folder, NAME);
  const isThere = (await stat(path).catch(() => null))?.isDirectory() === true;
  return isThere ? new FolderJobDailyA3Data(path, () => undefined) : null;
}
