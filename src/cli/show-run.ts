/** The work of `lexdelta show`. */
import type { Context, GlobalFlags } from './context.ts';
import { dataFolderOf, flagsForHints, flagsForRun } from './define-command.ts';
import { findRun } from './find-run.ts';
import { renderVerdict } from './verdict/render-verdict.ts';
import { verdictOf } from './verdict/verdict-of.ts';

/** Shows any run, failed ones too, so the exit code is 0 when there is one. */
export async function showRun(run: string, flags: GlobalFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const data = await context.services.openData(await dataFolderOf(flags, context), 'read');
  try {
    const report = await findRun(run, data.jobStats);
    const isAlive = data.isAlive(report.run);
    if (terminal.isJson) terminal.printJson('show', { verdict: verdictOf(report, isAlive), report });
    else {
      const { paint, width } = terminal;
      terminal.print(
        ...renderVerdict(report, { paint, width, flags: flagsForHints(flags), runFlags: flagsForRun(flags), isAlive }),
      );
    }
    return 0;
  } finally {
    await data.close();
  }
}
