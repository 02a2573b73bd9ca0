/** The command that carries out what was held back as too much for one day. */
import { JOB_DEFAULTS } from '../../job/job-defaults.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { readConfig } from '../config.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { findRun } from '../find-run.ts';
import { hintOfInput } from '../run-hints.ts';
import { nextAttempt } from '../verdict/next-attempt.ts';

/** @param date of the table whose run held it back */
export async function acceptRemovalCommand(
  date: string,
  data: JobData,
  flags: GlobalFlags,
  context: Context,
): Promise<string> {
  const report = await findRun(date, data);
  const place = await placeOf(flags, context);
  const { lex } = await readConfig(flags, context);
  const isLexKnown = place.kind === 'stack' || lex !== null;
  const input = await data.inputOf(report.run);
  const hint = hintOfInput(input, isLexKnown, flags, data.jobDefaults ?? JOB_DEFAULTS);
  return nextAttempt(report, { ...hint, accepted: null }, 'removals');
}
