/**
 * What a run came to, for people: published or not, figures that add up, gates, what to look at next. From its report
 * alone, so `run`, `show` and `demo` say the same.
 */

import { type ErrorCode, REPAIRS, repairOf } from '../../errors.ts';
import type { OverrideKind } from '../../job/contracts.ts';
import { documentsRead } from '../../job/gates.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { PROGRAM } from '../program-name.ts';
import { FILL_IN } from '../run-hints.ts';
import { duration, plural, utcTime } from '../terminal/figures.ts';
import { wrap } from '../terminal/wrap.ts';
import { figures, gates, namespaces } from './figures.ts';
import { canBeAccepted, heldDocuments } from './held-removals.ts';
import { commandFact, fact, type VerdictOptions } from './layout.ts';
import { nextAttempt, runCommand } from './next-attempt.ts';
import { plainCause } from './plain-cause.ts';
import { leftOutReservations, reservations } from './reservations.ts';
import { restoreFirst } from './restore-first.ts';
import { retention } from './retention.ts';
import { jumpCommand } from './share-jumps.ts';
import { verdictOf } from './verdict-of.ts';
import { warnings } from './warnings.ts';

export function renderVerdict(report: RunReport, options: VerdictOptions): readonly string[] {
  return [
    ...headline(report, options),
    ...fact(options, 'run', runFacts(report)),
    ...extractionFact(report, options),
    ...(report.error === null ? [] : fact(options, 'why', causeOf(report))),
    ...(report.query.length === 0 ? [] : figures(report, options)),
    ...gates(report, options),
    ...namespaces(report, options),
    ...heldDocuments(report, options),
    ...retention(report, options),
    ...warnings(report, options),
    ...(options.isQuiet ? [] : nextSteps(report, options)),
  ];
}

function headline(report: RunReport, { paint, width, isAlive }: VerdictOptions): readonly string[] {
  const [tone, words, text] = headlineParts(report, isAlive);
  const [first = '', ...more] = wrap(`${words}  ${text}`, width, '', '  ');
  return [first.replace(words, paint(tone, words)), ...more];
}

function headlineParts(
  report: RunReport,
  isAlive: boolean | undefined,
): readonly ['good' | 'bad' | 'warning', string, string] {
  const rows = report.publication === null ? '' : `: ${plural(report.publication.rows, 'row')}`;
  const table = `Table A-3 as of ${report.business_date}${rows}`;
  switch (verdictOf(report, isAlive)) {
    case 'published': {
      const found = reservations(report);
      if (found.length === 0) return ['good', '✔ PUBLISHED', table];
      return ['warning', '! PUBLISHED, WITH RESERVATIONS', `${table}. ${sentence(found.join('; '))}`];
    }
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

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function failureOf(report: RunReport): string {
  switch (report.error?.code) {
    case 'QUERY_GATE_FAILED':
      return 'The query gate failed.';
    case 'TRANSFORMATION_GATE_FAILED':
      return 'The transformation gate failed.';
    case 'FILL_RATE_DROPPED':
      return 'A field is filled in far fewer rows than before.';
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

/** The documents are those of then, whatever the table's date. */
function extractionFact({ extraction }: RunReport, options: VerdictOptions): readonly string[] {
  if (extraction === null) return [];
  const { began, ended } = extraction;
  const until = ended === null ? ' on, not to the end' : ` to ${utcTime(ended)}`;
  return fact(options, 'read', `from Lex, ${utcTime(began)}${until}`);
}

/** The code in front stays: it is what an operator looks up. One remedy: of the first code that is no gate's, else its own. */
function causeOf(report: RunReport): string {
  const { message } = report.error!;
  const text = plainCause(message);
  const codes = [...text.matchAll(/\b([A-Z]+(?:_[A-Z]+)+)\b/g)].map(([, code]) => code!);
  const told = codes.filter((code) => Object.hasOwn(REPAIRS, code)) as ErrorCode[];
  const remedy = told.find((code) => !OUTCOME_CODES.has(code)) ?? told[0];
  return remedy === undefined || isSaidBelow(remedy) ? text : `${text} ${repairOf(remedy, text)}`;
}

/** Codes that say what a run came to: the cause stands further inside. */
const OUTCOME_CODES: ReadonlySet<ErrorCode> = new Set(['QUERY_GATE_FAILED', 'TRANSFORMATION_GATE_FAILED']);

/** Their remedies are the commands that follow. */
function isSaidBelow(code: ErrorCode): boolean {
  return OUTCOME_CODES.has(code) || acceptableOf(code) !== null;
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
        ...unreadableCommand(report, options),
        ...((report.publication?.table_findings ?? 0) > 0
          ? commandFact(options, 'and at', `${PROGRAM} findings ${report.run}${flags}`)
          : []),
        ...comparison(report, options),
        ...afterReservations(report, options),
      ];
    case 'published_incomplete':
      return fact(options, 'next', 'Nothing is lost. The next run finishes what is left before it begins.');
    case 'running':
      return [...commandFact(options, 'follow it', sameAgain), ...toFillIn(options, sameAgain)];
    case 'interrupted':
      return [...commandFact(options, 'go on', sameAgain), ...toFillIn(options, sameAgain)];
    default: {
      const again = nextAttempt(report, options.runHint);
      const restore = restoreFirst(report, options);
      const accept = isNothingRead(report) ? null : acceptableOf(report.error?.code ?? null);
      return [
        ...fact(options, 'safe', 'No hash was written: the same deltas are found again.'),
        ...(rejected > 0 ? commandFact(options, 'look at', rejectedCommand) : []),
        ...unreadableCommand(report, options),
        ...(restore ?? []),
        ...commandFact(options, restore === null ? 'mend, then' : 'only then', again),
        ...(accept === null ? [] : commandFact(options, 'or accept', nextAttempt(report, options.runHint, accept))),
        ...toFillIn(options, again),
      ];
    }
  }
}

/** Where the lines stand that could not be read, and what their documents may be. */
function unreadableCommand({ run, query }: RunReport, options: VerdictOptions): readonly string[] {
  if (query.every(({ unreadable }) => unreadable === 0)) return [];
  return commandFact(options, 'unreadable', `${PROGRAM} rejected ${run} --unreadable${options.flags}`);
}

/** What has changed where that is far more than usual. */
function comparison(report: RunReport, options: VerdictOptions): readonly string[] {
  const command = jumpCommand(report.publication?.share_jumps ?? [], options.flags);
  return command === null ? [] : commandFact(options, 'compare', command);
}

/** What was not read is read by a new attempt; what was held back is removed by one that accepts it. */
function afterReservations(report: RunReport, options: VerdictOptions): readonly string[] {
  const found = reservations(report);
  if (found.length === 0) return [];
  const leftOut = report.publication?.left_out ?? [];
  const { flags } = options.runHint;
  const wider = flags.replace(/(?<= --namespaces )[^\s']+/, (named) => [named, ...leftOut].join(','));
  const again = nextAttempt(report, { flags: wider, accepted: null });
  if (leftOut.length > 0 && found.length === leftOutReservations(report).length)
    return wider === flags ? [] : [...commandFact(options, 'read them', again), ...toFillIn(options, again)];
  return [
    ...commandFact(options, 'mend, then', again),
    ...(canBeAccepted(report)
      ? commandFact(options, 'or accept', nextAttempt(report, options.runHint, 'removals'))
      : []),
    ...toFillIn(options, again),
  ];
}

function toFillIn(options: VerdictOptions, command: string): readonly string[] {
  if (!command.includes(FILL_IN)) return [];
  const isInput = command.includes(`--input ${FILL_IN}`);
  const isLex = command.includes(`--lex ${FILL_IN}`);
  const what = [...(isInput ? ['the input file of that run'] : []), ...(isLex ? ['where Lex is'] : [])].join(', and ');
  return fact(options, 'fill in', `${FILL_IN}: ${what}`);
}

/** Of nothing there is nothing to accept. */
function isNothingRead({ error, query }: RunReport): boolean {
  return error?.code === 'QUERY_GATE_FAILED' && query.every((counts) => documentsRead(counts) === 0);
}

function acceptableOf(code: string | null): OverrideKind | null {
  switch (code) {
    case 'QUERY_GATE_FAILED':
      return 'query';
    case 'TRANSFORMATION_GATE_FAILED':
      return 'transform';
    case 'NAMESPACE_EMPTIED':
      return 'removals';
    case 'FILL_RATE_DROPPED':
      return 'fill';
    case 'DATE_OUT_OF_ORDER':
      return 'date';
    default:
      return null;
  }
}
