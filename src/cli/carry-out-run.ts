/** Runs a checked request, wherever its runtime is: shows the progress, and tells what it came to. */
import { PermanentError } from '../errors.ts';
import { JOB_DEFAULTS } from '../job/job-defaults.ts';
import type { JobInput } from '../job/job-input.ts';
import type { JobRuntime, RunRequest } from '../runtime/job-runtime.ts';
import type { RunPlan } from '../runtime/plan-run.ts';
import type { RunEvent, RunOutcome } from '../runtime/run-events.ts';
import { type BusinessDays, remarksOnDate } from './business-days.ts';
import type { Context, GlobalFlags } from './context.ts';
import { checkExpected, findDatesLeftBehind, remarksOnDatesLeftBehind } from './dates-left-behind.ts';
import { flagsForHints, placeOf } from './define-command.ts';
import { exitCodeOfReport } from './exit-code-of-report.ts';
import { previewReprocessing, type Reprocess, reprocessText } from './preview-reprocessing.ts';
import { showProgress } from './progress/display.ts';
import { hintOfRun, type RunHint } from './run-hints.ts';
import type { InputFlags } from './run-input.ts';
import { exitCodeOfSignal } from './signals.ts';
import { wrap } from './terminal/wrap.ts';
import { nextAttempt, runCommand } from './verdict/next-attempt.ts';
import { renderVerdict } from './verdict/render-verdict.ts';
import { verdictOf } from './verdict/verdict-of.ts';

export interface RunFlags extends InputFlags, GlobalFlags {
  readonly lex?: string;
  readonly attempt?: string;
  readonly dryRun?: boolean;
}

/** @returns the exit code */
export async function carryOutRun(
  runtime: JobRuntime,
  request: RunRequest,
  flags: RunFlags,
  days: BusinessDays,
  context: Context,
): Promise<number> {
  const { terminal } = context;
  const { plan, onDate, leftBehind } = await lookBefore(runtime, request, flags, days, context);
  if (flags.dryRun && plan !== null) {
    if (isToWork(plan)) tellRemarks([...onDate, ...leftBehind], context);
    return tellPreview(plan, context, await reprocessOf(request, plan, flags, context));
  }
  if (plan !== null && isToWork(plan)) tellRemarks(leftBehind, context);
  let isFollowing = false;
  const signal = context.catchStopSignals((name) => {
    const what = isFollowing ? 'following ends; the run goes on' : 'stopping; what is done stays';
    terminal.note(`${name}: ${what}. Once more ends at once.`);
  });
  const namespaces = request.input.namespaces.map(({ namespace }) => namespace);
  const display = showProgress(terminal, namespaces, context.now);
  let outcome: RunOutcome;
  try {
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'run') isFollowing = event.mode === 'following' || runtime.isElsewhere;
      display.onEvent(event); // Takes its block away first.
      // What another process began, or what has ended, may be of another day: `show` tells it.
      if (event.type === 'run' && event.mode !== 'following') tellRemarks(onDate, context);
    };
    outcome = await runtime.run(request, { onEvent, signal });
  } finally {
    display.end();
  }
  if (outcome.kind === 'locked') {
    throw new PermanentError('JOB_ALREADY_RUNNING', `The run ${outcome.owner} holds the lock. Nothing was created.`);
  }
  if (outcome.kind === 'stopped') return tellStop(outcome, runtime.isElsewhere, signal, context);
  const runHint = hintOfRun(flags, request.input, runtime.jobDefaults ?? JOB_DEFAULTS);
  return tellEnd(outcome, request.input, { flags: flagsForHints(flags), runHint }, context);
}

interface LookBefore {
  /** `null`: nobody asks for it, and the date is one that is expected. */
  readonly plan: RunPlan | null;
  /** Remarks on the date itself, and on those that it leaves behind. */
  readonly onDate: readonly string[];
  readonly leftBehind: readonly string[];
}

/** @throws PermanentError `DATE_UNEXPECTED` */
async function lookBefore(
  runtime: JobRuntime,
  request: RunRequest,
  flags: RunFlags,
  days: BusinessDays,
  context: Context,
): Promise<LookBefore> {
  const date = request.input.business_date;
  const onDate = remarksOnDate(date, new Date(context.now()).toISOString(), days);
  const found = await findDatesLeftBehind(date, runtime.jobStats, days);
  const leftBehind = remarksOnDatesLeftBehind(date, found);
  const isUnusual = leftBehind.length > 0 || !days.calendar.isBusinessDay(date);
  const plan = flags.dryRun || isUnusual ? await runtime.preview(request) : null;
  // One that has begun goes on, whatever its date: it was asked for before.
  if (plan?.action === 'start') {
    await checkExpected(request.input, found, runtime.jobStats, days, commandOf(runtime, request, flags));
  }
  return { plan, onDate, leftBehind };
}

/** `null`: nothing would begin, or there is no table to begin with. */
async function reprocessOf(
  request: RunRequest,
  plan: RunPlan,
  flags: RunFlags,
  context: Context,
): Promise<Reprocess | null> {
  if (plan.action !== 'start' || plan.base === null) return null;
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    return await previewReprocessing(request, plan, data);
  } finally {
    await data.close();
  }
}

/** The same run for another date. An input file may name its own date, so that what it says is told by flags. */
function commandOf(runtime: JobRuntime, { input }: RunRequest, flags: RunFlags): (date: string) => string {
  const { input: _file, ...others } = flags;
  const hint = hintOfRun(others, input, runtime.jobDefaults ?? JOB_DEFAULTS);
  return (business_date) => runCommand({ business_date }, '', hint);
}

function isToWork({ action }: RunPlan): boolean {
  return action === 'start' || action === 'resume';
}

function tellRemarks(remarks: readonly string[], { terminal }: Context): void {
  for (const remark of remarks) terminal.note(...wrap(remark, terminal.errorWidth, '! ', '  '));
}

function tellStop(
  { run, following }: Extract<RunOutcome, { readonly kind: 'stopped' }>,
  isElsewhere: boolean,
  signal: AbortSignal,
  { terminal }: Context,
): number {
  const exitCode = exitCodeOfSignal(signal);
  const words = following
    ? `${run} goes on; only following it has ended. The same command follows it again.`
    : isElsewhere
      ? `${run} was not started.`
      : `${run} has stopped. The same command goes on with it.`;
  if (terminal.isJson) terminal.printJson('run', { outcome: 'stopped', run, following, exit_code: exitCode });
  else terminal.note(...wrap(words, terminal.errorWidth));
  return exitCode;
}

function tellEnd(
  { report, ran }: Extract<RunOutcome, { readonly kind: 'ended' }>,
  input: JobInput,
  hints: { readonly flags: string; readonly runHint: RunHint },
  { terminal }: Context,
): number {
  const exitCode = exitCodeOfReport(report);
  if (terminal.isJson) {
    terminal.printJson('run', { outcome: 'ended', ran, verdict: verdictOf(report), exit_code: exitCode, report });
    return exitCode;
  }
  if (!ran) {
    terminal.note(`${report.run} had ended before. Nothing was done.`);
    if (input.overrides.length > 0) {
      const kinds = input.overrides.map(({ accept }) => accept).join(', ');
      terminal.note(
        ...wrap(`Accepted (${kinds}) had no effect on it. A new attempt takes it into account:`, terminal.errorWidth),
        `  ${nextAttempt(report, hints.runHint)}`,
      );
    }
  }
  const { paint, width, commandWidth, isQuiet } = terminal;
  terminal.print(...renderVerdict(report, { paint, width, commandWidth, isQuiet, ...hints }));
  return exitCode;
}

/** @param reprocess `null`: nothing was looked for */
export function tellPreview(found: RunPlan, { terminal }: Context, reprocess: Reprocess | null = null): number {
  if (terminal.isJson) {
    terminal.printJson('run', { outcome: 'preview', ...found, reprocess, exit_code: 0 });
    return 0;
  }
  const words = {
    start: 'would start',
    resume: 'was interrupted and would go on',
    follow: 'runs already and would be followed',
    nothing: 'has ended, nothing would be done',
    locked: `would not start: ${found.owner ?? 'another run'} holds the lock and works`,
  };
  const base = found.base === null ? 'There is no earlier table.' : `It would start from ${found.base}.`;
  const sentences = [
    `${found.run} (attempt ${found.attempt}) ${words[found.action]}.`,
    ...(found.action === 'nothing' ? [] : [base]),
    ...(reprocess === null ? [] : [reprocessText(reprocess)]),
  ];
  terminal.print(...wrap(sentences.join(' '), terminal.width));
  return 0;
}
