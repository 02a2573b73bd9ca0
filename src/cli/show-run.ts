/** The work of `lexdelta show`. */
import { JOB_DEFAULTS } from '../job/job-defaults.ts';
import { deletedTable, deletedText } from '../publish/retention/deletion-record.ts';
import { readBusinessDays, remarksOnDate } from './business-days.ts';
import { readConfig } from './config.ts';
import type { Context, GlobalFlags } from './context.ts';
import { flagsForHints, placeOf } from './define-command.ts';
import { findRun } from './find-run.ts';
import { hintOfInput } from './run-hints.ts';
import { renderVerdict } from './verdict/render-verdict.ts';
import { verdictOf } from './verdict/verdict-of.ts';

/** Shows any run, failed ones too, so the exit code is 0 when there is one. */
export async function showRun(run: string, flags: GlobalFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const { lex } = await readConfig(flags, context);
  const place = await placeOf(flags, context);
  const data = await context.services.openData(place, 'read');
  try {
    const report = await findRun(run, data);
    const isAlive = report.status === 'running' && (await data.isAlive(report.run));
    const readAt = report.extraction?.began ?? report.started_at;
    const remarks =
      readAt === '' ? [] : remarksOnDate(report.business_date, readAt, await readBusinessDays(context), true);
    const deletion = report.publication === null ? null : await deletedTable(data.jobDailyA3Data, report);
    if (terminal.isJson) {
      const deleted = deletion === null ? null : { at: deletion.decided_at, by: deletion.by };
      terminal.printJson('show', { verdict: verdictOf(report, isAlive), remarks, deleted, report });
    } else {
      const { paint, width, commandWidth } = terminal;
      const runHint = hintOfInput(
        await data.inputOf(report.run),
        place.kind === 'stack' || lex !== null,
        flags,
        data.jobDefaults ?? JOB_DEFAULTS,
      );
      const hints = { flags: flagsForHints(flags), runHint };
      // What it would lead to is not there any more.
      const isQuiet = terminal.isQuiet || deletion !== null;
      const told = deletion === null ? remarks : [...remarks, deletedText(deletion)];
      const options = { paint, width, commandWidth, isQuiet, ...hints, isAlive, remarks: told };
      terminal.print(...renderVerdict(report, options));
    }
    return 0;
  } finally {
    await data.close();
  }
}
