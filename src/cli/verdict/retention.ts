import type { RunReport } from '../../runtime/run-report.ts';
import { PROGRAM } from '../program-name.ts';
import { deletedText } from '../retention/render-retention.ts';
import { fact, type VerdictOptions } from './layout.ts';

/** What the run has deleted by retention; nothing where it deleted nothing. */
export function retention({ retention: summary }: RunReport, options: VerdictOptions): readonly string[] {
  if (summary === null || summary.files === 0) return [];
  return fact(options, 'deleted', `${deletedText(summary)}, by retention`);
}

export function retentionWarnings({ retention: summary }: RunReport): readonly string[] {
  if (summary === null) return [];
  const look = `See \`${PROGRAM} retention --check\`.`;
  if (summary.error !== null) return [`Retention failed: ${summary.error} The next run tries again. ${look}`];
  return summary.more ? [`Retention is not done: the next run goes on. ${look}`] : [];
}
