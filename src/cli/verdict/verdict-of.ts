import type { RunReport } from '../../runtime/run-report.ts';

export type Verdict = 'published' | 'published_incomplete' | 'not_published' | 'running';

export function verdictOf(report: RunReport): Verdict {
  switch (report.status) {
    case 'succeeded':
      return 'published';
    case 'published_incomplete':
      return 'published_incomplete';
    case 'running':
      return 'running';
    default:
      return 'not_published';
  }
}
