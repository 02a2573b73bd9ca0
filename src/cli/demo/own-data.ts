/** What in a demo's folder is the user's: no demo takes that away. */
import { LexdeltaError } from '../../errors.ts';
import { executionName } from '../../job/business-date.ts';
import { heldDates } from '../../publish/retention/holds.ts';
import type { JobData } from '../../runtime/job-data.ts';
import type { Services } from '../services.ts';

/** @returns goes on after "it"; `null`: all of it is of a demo */
export async function findOwnData(
  folder: string,
  demoDates: readonly string[],
  { openData }: Pick<Services, 'openData'>,
): Promise<string | null> {
  let data: JobData;
  try {
    data = await openData({ kind: 'folder', folder }, 'read');
  } catch (error) {
    if (!(error instanceof LexdeltaError)) throw error;
    // A demo that was stopped before it imported anything has no data yet.
    return error.code === 'FILE_NOT_READABLE' ? null : `holds data that cannot be read (${error.code})`;
  }
  try {
    const [held] = await heldDates(data.jobDailyA3Data);
    if (held !== undefined) return `holds ${held}, which somebody has put under a hold`;
    const ofDemo = new Set(demoDates.map((date) => executionName(date, 1)));
    for await (const { execution_name } of data.jobStats.listRuns()) {
      if (!ofDemo.has(execution_name)) return `holds a run of yours (${execution_name})`;
    }
    return null;
  } finally {
    await data.close();
  }
}
