import { PermanentError } from '../errors.ts';
import { parseBusinessDate, parseExecutionName } from '../job/business-date.ts';
import { currentReport, reportOfRun } from '../runtime/current-report.ts';
import type { JobData } from '../runtime/job-data.ts';
import type { RunReport } from '../runtime/run-report.ts';
import type { JobStatsRow } from '../stores/job-stats.ts';

/**
 * The run of that name, or the last attempt of that business date.
 * @throws PermanentError `RUN_UNKNOWN`; `USAGE`: neither a run's name nor a date
 */
export async function findRun(text: string, data: Pick<JobData, 'jobStats' | 'execution'>): Promise<RunReport> {
  const date = parseBusinessDate(text);
  if (date !== null) {
    let last: JobStatsRow | null = null;
    for await (const row of data.jobStats.listRuns({ business_date: date })) last = row;
    if (last !== null) return currentReport(last, data);
    throw new PermanentError('RUN_UNKNOWN', `There is no run for ${date}.`);
  }
  if (parseExecutionName(text) === null) {
    throw new PermanentError('USAGE', `"${text}" is neither the name of a run nor a business date.`);
  }
  const report = await reportOfRun(text, data);
  if (report === null) throw new PermanentError('RUN_UNKNOWN', `There is no run ${text}.`);
  return report;
}
