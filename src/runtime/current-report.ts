import { parseExecutionName } from '../job/business-date.ts';
import type { JobStatsRow } from '../stores/job-stats.ts';
import type { JobData, JobExecution } from './job-data.ts';
import { type RunReport, readEndedReport, readRunReport } from './run-report.ts';

/** What is left of an execution that its engine has forgotten. */
const FORGOTTEN: JobExecution = { status: 'ABORTED', startedAtMs: 0, stoppedAtMs: null, error: null, cause: null };

type Known = Pick<JobData, 'execution' | 'jobStats'>;

/**
 * What is known of a run: its row, and where that says that it runs, the engine's word. A run that was stopped or that
 * took too long has had no time to close its row.
 */
export async function currentReport(row: JobStatsRow, data: Known): Promise<RunReport> {
  if (row.status !== 'running') return readRunReport(row);
  const { execution_name: run, business_date, attempt } = row;
  const record = (await data.execution(run)) ?? FORGOTTEN;
  const { head } = await data.jobStats.getLock();
  return readEndedReport(row, { run, business_date, attempt, record, head });
}

/** The same by the run's name; `null`: neither a row nor the engine knows it. */
export async function reportOfRun(run: string, data: Known): Promise<RunReport | null> {
  const name = parseExecutionName(run);
  if (name === null) return null;
  const row = await data.jobStats.getRun(name.business_date, run);
  if (row !== null) return currentReport(row, data);
  const record = await data.execution(run);
  if (record === null) return null;
  const { head } = await data.jobStats.getLock();
  return readEndedReport(null, { run, ...name, record, head });
}
