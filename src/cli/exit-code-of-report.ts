import type { RunReport } from '../runtime/run-report.ts';
import { exitCodeOf } from './exit-codes.ts';

/** 0 for a run that succeeded, else by its error's code; at least 1. */
export function exitCodeOfReport(report: RunReport): number {
  return report.status === 'succeeded' ? 0 : exitCodeOf(report.error?.code ?? null);
}
