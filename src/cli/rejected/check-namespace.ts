import { PermanentError } from '../../errors.ts';
import type { RunReport } from '../../runtime/run-report.ts';

/**
 * A name that the run had not would look like one with nothing to tell. A run that failed early does not tell its names.
 * @throws PermanentError `USAGE`
 */
export function checkNamespace(namespace: string | undefined, { run, query }: Pick<RunReport, 'run' | 'query'>): void {
  const names = query.map((counts) => counts.namespace);
  if (namespace === undefined || names.length === 0 || names.includes(namespace)) return;
  throw new PermanentError('USAGE', `${run} has no namespace "${namespace}"; it has ${names.join(', ')}.`);
}
