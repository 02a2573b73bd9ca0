import { PermanentError } from '../errors.ts';
import { parseBusinessDate, parseExecutionName } from '../job/business-date.ts';
import { type RunReport, readRunReport } from '../runtime/run-report.ts';
import type { JobStats } from '../stores/job-stats.ts';

/**
 * The run of that name, or the last attempt of that business date.
 * @throws PermanentError `RUN_UNKNOWN`; `USAGE`: neither a run's name nor a date
 */
export async function findRun(text: string, jobStats: JobStats): Promise<RunReport> {
  const date = parseBusinessDate(text);
  if (date !== null) {
    let last: RunReport | null = null;
    for await (const row of jobStats.listRuns({ business_date: date })) last = readRunReport(row);
    if (last !== null) return last;
    throw new PermanentError('RUN_UNKNOWN', `There is no run for ${date}.`);
  }
  const name = parseExecutionName(text);
  if (name === null) throw new PermanentError('USAGE', `"${text}" is neither the name of a run nor a business date.`);
  const row = await jobStats.getRun(name.business_date, text);
  if (row === null) throw new PermanentError('RUN_UNKNOWN', `There is no run ${text}.`);
  return readRunReport(row);
}
