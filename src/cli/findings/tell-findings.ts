/** The work of `lexdelta findings`. */
import { RULES } from '../../agreements/table-a3/rules.ts';
import { PermanentError } from '../../errors.ts';
import { manifestKey } from '../../publish/attempt-files.ts';
import type { TableFinding } from '../../publish/published.ts';
import { openPublishedDay, readFindings } from '../../publish/read-published.ts';
import { readWhole } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { flagsForHints, placeOf, shellWord } from '../define-command.ts';
import { findRun } from '../find-run.ts';
import { PROGRAM } from '../program-name.ts';
import { verdictOf } from '../verdict/verdict-of.ts';
import { renderFindings } from './render-findings.ts';
import { tallyFindings } from './tally-findings.ts';
import { writeFindingsJson } from './write-findings-json.ts';

interface FindingsFlags extends GlobalFlags {
  readonly rule?: string;
  readonly limit?: string;
}

const DEFAULT_LIMIT = 10;

/** @param onOutput called before data goes to stdout that may be followed by an error */
export async function tellFindings(
  run: string,
  flags: FindingsFlags,
  context: Context,
  onOutput: () => void,
): Promise<number> {
  const { terminal } = context;
  const limit = flags.limit === undefined ? null : readWhole('--limit', flags.limit, 1, 1_000_000);
  const rule = flags.rule ?? null;
  if (rule !== null && !RULES.some(({ id, scope }) => id === rule && scope === 'table')) {
    throw new PermanentError('USAGE', `There is no rule "${rule}" on whole tables: docs/rules.md lists them.`);
  }
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const report = await findRun(run, data);
    if (!verdictOf(report).startsWith('published')) {
      const what = `${report.run} published nothing, and only a published table has findings as a whole.`;
      throw new PermanentError('NO_TABLE_FOR_DATE', what, { run: report.run });
    }
    // A run that was ended right after its publication has not told of it.
    const day = await openPublishedDay(data.jobDailyA3Data, report.publication?.manifest ?? manifestKey(report));
    const findings = only(rule, readFindings(data.jobDailyA3Data, day));
    const head = { run: report.run, business_date: report.business_date };
    if (terminal.isJson && limit === null) {
      onOutput();
      await writeFindingsJson({ schema: 'lexdelta.findings/1', ...head }, findings, terminal);
      return 0;
    }
    const tallies = await tallyFindings(findings, limit ?? DEFAULT_LIMIT);
    if (terminal.isJson) terminal.printJson('findings', { ...head, rules: tallies });
    else {
      terminal.print(...renderFindings({ run: report.run, rule }, tallies, terminal));
      if (tallies.some((tally) => tally.findings > tally.first.length)) {
        const all = `See all of them: ${PROGRAM} findings ${shellWord(run)}${rule === null ? '' : ` --rule ${rule}`} --json`;
        terminal.note(`${all}${flagsForHints(flags)}`);
      }
    }
    return 0;
  } finally {
    await data.close();
  }
}

async function* only(rule: string | null, findings: AsyncIterable<TableFinding>): AsyncIterable<TableFinding> {
  for await (const finding of findings) if (rule === null || finding.rule === rule) yield finding;
}
