import type { RunReport } from '../../runtime/run-report.ts';
import { PROGRAM } from '../program-name.ts';
import { byteSize, plural } from '../terminal/figures.ts';
import { fact, type VerdictOptions } from './layout.ts';

/** What the run has deleted by retention; nothing where it deleted nothing. */
export function retention({ retention: summary }: RunReport, options: VerdictOptions): readonly string[] {
  if (summary === null || summary.files === 0) return [];
  const { tables, dates, files, bytes } = summary;
  const more = tables > dates.length ? ', …' : '';
  const what = tables === 0 ? 'leftovers' : `${plural(tables, 'table')} (${dates.join(', ')}${more})`;
  return fact(options, 'deleted', `${what}: ${plural(files, 'file')}, ${byteSize(bytes)}, by retention`);
}

export function retentionWarnings({ retention: summary }: RunReport): readonly string[] {
  if (summary === null) return [];
  const look = `See \`${PROGRAM} retention --check\`.`;
  if (summary.error !== null) return [`Retention failed: ${summary.error} The next run tries again. ${look}`];
  return summary.more ? [`Retention is not done: the next run goes on. ${look}`] : [];
}
