import type { OverrideKind } from '../../job/contracts.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { PROGRAM } from '../program-name.ts';
import { acceptFlags, type RunHint } from '../run-hints.ts';

/** @param accept what the next attempt is to accept beside what was accepted before */
export function nextAttempt(
  report: Pick<RunReport, 'business_date' | 'attempt'>,
  hint: RunHint,
  accept: OverrideKind | null = null,
): string {
  return runCommand(report, ` --attempt ${report.attempt + 1}`, hint, accept);
}

export function runCommand(
  { business_date }: Pick<RunReport, 'business_date'>,
  attempt: string,
  hint: RunHint,
  accept: OverrideKind | null = null,
): string {
  return `${PROGRAM} run --business-date ${business_date}${attempt}${hint.flags}${acceptFlags(hint, accept)}`;
}
