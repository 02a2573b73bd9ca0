/** Holds a day of the demo to evidence: the sample's files, and the table and the rejects as they can be read back. */
import type { NamespaceCounts } from '../../job/contracts.ts';
import { openPublishedDay, readRejected, readTable } from '../../publish/read-published.ts';
import type { JobData } from '../../runtime/job-data.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import type { ExpectedDelta } from './expected-delta.ts';

/** @returns what is not as it must be, a sentence each */
export async function checkDay(
  report: RunReport,
  expected: ExpectedDelta,
  { jobDailyA3Data: a3 }: Pick<JobData, 'jobDailyA3Data'>,
): Promise<readonly string[]> {
  if (report.status !== 'succeeded' || report.publication === null) return [`${report.run} has not succeeded.`];
  const problems: string[] = [];
  const same = (what: string, found: number, wanted: number): void => {
    if (found !== wanted) problems.push(`${report.run}: ${what} is ${found}, expected ${wanted}.`);
  };
  const sum = (...keys: readonly (keyof NamespaceCounts)[]): number =>
    report.query.reduce((total, counts) => total + keys.reduce((part, key) => part + Number(counts[key]), 0), 0);
  same('documents listed', sum('total_docs_queried'), expected.listed);
  same('new documents', sum('new'), expected.added);
  same('removed documents', sum('removed'), expected.gone);
  same('changed and re-saved documents', sum('changed', 'touched'), expected.differing);
  same('unchanged documents, rejected ones included', sum('unchanged', 'standing'), expected.same);

  const day = await openPublishedDay(a3, report.publication.manifest);
  const documents = new Set<string>();
  let rows = 0;
  for await (const row of readTable(a3, day)) {
    rows += 1;
    if (row.lineage.stale_since === null) documents.add(`${row.namespace} ${row.lex_id}`);
  }
  same('rows of the table', rows, report.publication.rows);
  let rejected = 0;
  for await (const entry of readRejected(a3, day)) {
    rejected += 1;
    if (documents.has(`${entry.namespace} ${entry.lex_id}`)) {
      problems.push(`${report.run}: ${entry.lex_id} is published and rejected.`);
    }
  }
  same('documents published or rejected', documents.size + rejected, expected.listed);
  return problems;
}
