import type { RunReport } from '../../runtime/run-report.ts';

export type Verdict = 'published' | 'published_incomplete' | 'not_published' | 'running' | 'interrupted';

/** @param isAlive whether a process works on it, which only matters while it has not ended */
export function verdictOf(report: RunReport, isAlive = true): Verdict {
  switch (report.status) {
    case 'succeeded':
      return 'published';
    case 'published_incomplete':
      return 'published_incomplete';
    case 'running':
      return isAlive ? 'running' : 'interrupted';
    default:
      return 'not_published';
  }
}
