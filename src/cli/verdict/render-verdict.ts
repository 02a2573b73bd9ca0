/**
 * What a run came to, for people: published or not, figures that add up, gates, what to look at next. From its report
 * alone, so `run`, `show` and `demo` say the same.
 */

import type { OverrideKind } from '../../job/contracts.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { PROGRAM } from '../program-name.ts';
import { acceptFlags, FILL_IN, type RunHint } from '../run-hints.ts';
import { duration, plural, utcTime } from '../terminal/figures.ts';
import { wrap } from '../terminal/wrap.ts';
import { figures, gates, namespaces } from './figures.ts';
import { commandFact, fact, type VerdictOptions } from './layout.ts';
import { plainCause } from './plain-cause.ts';
import { verdictOf } from './verdict-of.ts';
import { warnings } from './warnings.ts';

export function renderVerdict(report: RunReport, options: VerdictOptions): readonly string[] {
  return [
    ...headline(report, options),
    ...fact(options, 'run', runFacts(report)),
    ...(report.error === null ? [] : fact(options, 'why', causeOf(report))),
    ...(report.query.length === 0 ? [] : figures(report, options)),
    ...gates(report, options),
    ...namespaces(report, options),
    ...warnings(report, options),
    ...nextSteps(report, options),
  ];
}

function headline(report: RunReport, { paint, width, isAlive }: VerdictOptions): readonly string[] {
  const [tone, words, text] = headlineParts(report, isAlive);
  const [first = '', ...more] = wrap(text, width, `${words}  `, '  ');
  return [first.replace(words, paint(tone, words)), ...more];
}

function headlineParts(
  report: RunReport,
  isAlive: boolean | undefined,
): readonly ['good' | 'bad' | 'warning', string, string] {
  const rows = report.publication === null ? '' : `: ${plural(report.publication.rows, 'row')}`;
  const table = `Table A-3 as of ${report.business_date}${rows}`;
  switch (verdictOf(report, isAlive)) {
    case 'published':
      return ['good', '✔ PUBLISHED', table];
    case 'published_incomplete':
      return ['warning', '! PUBLISHED, INCOMPLETE', `${table}. What follows publication is not all done.`];
    case 'running':
      return ['warning', '… RUNNING', `Nothing is published yet for ${report.business_date}.`];
    case 'interrupted':
      return ['warning', '! INTERRUPTED', `No process works on it. ${inForce(report)}`];
    default:
      return ['bad', '✘ NOT PUBLISHED', `${failureOf(report)} ${inForce(report)}`];
  }
}

function failureOf(report: RunReport): string {
  switch (report.error?.code) {
    case 'QUERY_GATE_FAILED':
      return 'The query gate failed.';
    case 'TRANSFORMATION_GATE_FAILED':
      return 'The transformation gate failed.';
    case 'NAMESPACE_EMPTIED':
      return 'A namespace that had documents lists none.';
    case 'DATE_OUT_OF_ORDER':
      return 'A later table is published already.';
    case 'JOB_ALREADY_RUNNING':
      return 'Another run holds the lock.';
    default:
      break;
  }
  if (report.status === 'superseded') return 'Another run took over its lock.';
  if (report.status === 'aborted') return 'The run was ended from outside.';
  return report.status === 'timed_out' ? 'The run took too long.' : 'The run failed.';
}

function inForce(report: RunReport): string {
  const asOf = /as_of=(\d{4}-\d{2}-\d{2})/.exec(report.base ?? '')?.[1];
  return asOf === undefined ? 'There is no earlier table.' : `Table A-3 as of ${asOf} stays in force.`;
}

function runFacts(report: RunReport): string {
  const facts = [report.run, `started ${utcTime(report.started_at)}`];
  if (report.ended_at !== null) {
    facts.push(`took ${duration(Date.parse(report.ended_at) - Date.parse(report.started_at))}`);
  }
  if (report.iterations > 1) facts.push(`${report.iterations} iterations`);
  return facts.join(', ');
}

/** Without the code in front, which the headline has put into words. */
function causeOf(report: RunReport): string {
  return plainCause(report.error!.message).replace(/^\[[A-Z_]+\] /, '');
}

function nextSteps(report: RunReport, options: VerdictOptions): readonly string[] {
  const { flags } = options;
  const rejected = report.transformation?.rejected ?? 0;
  const sameAgain = runCommand(report, '', options.runHint);
  const rejectedCommand = `${PROGRAM} rejected ${report.run} --by-rule${flags}`;
  switch (verdictOf(report, options.isAlive)) {
    case 'published':
      return [
        ...commandFact(options, 'table', `${PROGRAM} as-of ${report.business_date} --format csv${flags}`),
        ...(rejected > 0 || (report.publication?.rejected ?? 0) > 0
          ? commandFact(options, 'look at', rejectedCommand)
          : []),
      ];
    case 'published_incomplete':
      return fact(options, 'next', 'Nothing is lost. The next run finishes what is left before it begins.');
    case 'running':
      return [...commandFact(options, 'follow it', sameAgain), ...toFillIn(options, sameAgain)];
    case 'interrupted':
      return [...commandFact(options, 'go on', sameAgain), ...toFillIn(options, sameAgain)];
    default: {
      const again = nextAttempt(report, options.runHint);
      const accept = acceptableOf(report.error?.code ?? null);
      return [
        ...fact(options, 'safe', 'No hash was written: the same deltas are found again.'),
        ...(rejected > 0 ? commandFact(options, 'look at', rejectedCommand) : []),
        ...commandFact(options, 'mend, then', again),
        ...(accept === null ? [] : commandFact(options, 'or accept', nextAttempt(report, options.runHint, accept))),
        ...toFillIn(options, again),
      ];
    }
  }
}

/** @param accept what the next attempt is to accept beside what was accepted before */
export function nextAttempt(
  report: Pick<RunReport, 'business_date' | 'attempt'>,
  hint: RunHint,
  accept: OverrideKind | null = null,
): string {
  return runCommand(report, ` --attempt ${report.attempt + 1}`, hint, accept);
}

function runCommand(
  { business_date }: Pick<RunReport, 'business_date'>,
  attempt: string,
  hint: RunHint,
  accept: OverrideKind | null = null,
): string {
  return `${PROGRAM} run --business-date ${business_date}${attempt}${hint.flags}${acceptFlags(hint, accept)}`;
}

function toFillIn(options: VerdictOptions, command: string): readonly string[] {
  if (!command.includes(FILL_IN)) return [];
  const what = command.includes(`--input ${FILL_IN}`)
    ? 'the input file of that run, and where Lex is'
    : 'URL or folder';
  return fact(options, 'fill in', `${FILL_IN}: ${what}`);
}

function acceptableOf(code: string | null): OverrideKind | null {
  switch (code) {
    case 'QUERY_GATE_FAILED':
      return 'query';
    case 'TRANSFORMATION_GATE_FAILED':
      return 'transform';
    case 'NAMESPACE_EMPTIED':
      return 'removals';
    case 'DATE_OUT_OF_ORDER':
      return 'date';
    default:
      return null;
  }
}
