import { openPublishedDay, type PublishedDay } from '../../publish/read-published.ts';
import type { JobData } from '../../runtime/job-data.ts';

/** The table last published; `null`: none was. @throws PermanentError `STORE_CORRUPT` */
export async function lastTable({ jobStats, jobDailyA3Data }: JobData): Promise<PublishedDay | null> {
  const { head } = await jobStats.getLock();
  return head === null ? null : openPublishedDay(jobDailyA3Data, head);
}
