/** The work of `lexdelta run`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PermanentError } from '../errors.ts';
import { executionName } from '../job/business-date.ts';
import { InputError, type JobInput } from '../job/job-input.ts';
import type { RunPlan } from '../runtime/plan-run.ts';
import type { RunEvent, RunOutcome } from '../runtime/run-events.ts';
import type { RuntimeConfig } from '../runtime/runtime-config.ts';
import { readBusinessDays, remarksOnDate } from './business-days.ts';
import { isUrl, readConfig } from './config.ts';
import type { Context, GlobalFlags } from './context.ts';
import { flagsForHints, placeOf } from './define-command.ts';
import { exitCodeOfReport } from './exit-code-of-report.ts';
import { showProgress } from './progress/display.ts';
import { hintOfRun } from './run-hints.ts';
import { type InputFlags, readRunInput } from './run-input.ts';
import { exitCodeOfSignal } from './signals.ts';
import { wrap } from './terminal/wrap.ts';
import { nextAttempt } from './verdict/next-attempt.ts';
import { renderVerdict } from './verdict/render-verdict.ts';
import { verdictOf } from './verdict/verdict-of.ts';

export interface RunFlags extends InputFlags, GlobalFlags {
  readonly lex?: string;
  readonly attempt?: string;
  readonly dryRun?: boolean;
}

/** @returns the exit code */
export async function runJob(flags: RunFlags, context: Context): Promise<number> {
  // All that can be refused is refused before anything is created.
  const attempt = readAttempt(flags.attempt);
  const input = await readRunInput(flags, context);
  const place = await placeOf(flags, context);
  const config = await readConfig(flags, context);
  const days = await readBusinessDays(context);
  await checkLex(config);
  await checkNamespacesAndRules(config, input);
  if (flags.dryRun && !existsSync(config.dataFolder)) {
    const chosen = attempt ?? 1;
    const run = executionName(input.business_date, chosen);
    return tellPreview({ run, attempt: chosen, action: 'start', base: null, owner: null }, context);
  }
  const { terminal } = context;
  for (const remark of remarksOnDate(input.business_date, new Date(context.now()).toISOString(), days)) {
    terminal.note(...wrap(remark, terminal.errorWidth, '! ', '  '));
  }
  const runtime = await context.services.openRuntime(place, config);
  try {
    if (flags.dryRun) return tellPreview(await runtime.preview({ input, attempt }), context);
    let isFollowing = false;
    const signal = context.catchStopSignals((name) => {
      const what = isFollowing ? 'following ends; the run goes on' : 'stopping; what is done stays';
      terminal.note(`${name}: ${what}. Once more ends at once.`);
    });
    const namespaces = input.namespaces.map(({ namespace }) => namespace);
    const display = showProgress(terminal, namespaces, context.now);
    let outcome: RunOutcome;
    try {
      const onEvent = (event: RunEvent): void => {
        if (event.type === 'run') isFollowing = event.mode === 'following';
        display.onEvent(event);
      };
      outcome = await runtime.run({ input, attempt }, { onEvent, signal });
    } finally {
      display.end();
    }
    return tellOutcome(outcome, signal, { flags, input }, context);
  } finally {
    await runtime.close();
  }
}

function tellOutcome(
  outcome: RunOutcome,
  signal: AbortSignal,
  { flags, input }: { readonly flags: RunFlags; readonly input: JobInput },
  { terminal }: Context,
): number {
  if (outcome.kind === 'locked') {
    throw new PermanentError('JOB_ALREADY_RUNNING', `The run ${outcome.owner} holds the lock. Nothing was created.`);
  }
  if (outcome.kind === 'stopped') {
    const exitCode = exitCodeOfSignal(signal);
    const { run, following } = outcome;
    const words = following
      ? `${run} goes on in the other process; only following it has ended. The same command follows it again.`
      : `${run} has stopped. The same command goes on with it.`;
    if (terminal.isJson) terminal.printJson('run', { outcome: 'stopped', run, following, exit_code: exitCode });
    else terminal.note(...wrap(words, terminal.errorWidth));
    return exitCode;
  }
  const { report, ran } = outcome;
  const exitCode = exitCodeOfReport(report);
  if (terminal.isJson) {
    terminal.printJson('run', { outcome: 'ended', ran, verdict: verdictOf(report), exit_code: exitCode, report });
    return exitCode;
  }
  const { paint, width, commandWidth, isQuiet } = terminal;
  const hints = { flags: flagsForHints(flags), runHint: hintOfRun(flags, input) };
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
  terminal.print(...renderVerdict(report, { paint, width, commandWidth, isQuiet, ...hints }));
  return exitCode;
}

function tellPreview(found: RunPlan, { terminal }: Context): number {
  if (terminal.isJson) {
    terminal.printJson('run', { outcome: 'preview', ...found, exit_code: 0 });
    return 0;
  }
  const words = {
    start: 'would start',
    resume: 'was interrupted and would go on',
    follow: 'runs in another process and would be followed',
    nothing: 'has ended, nothing would be done',
    locked: `would not start: ${found.owner ?? 'another run'} holds the lock and works`,
  };
  const base = found.base === null ? 'There is no earlier table.' : `It would start from ${found.base}.`;
  terminal.print(...wrap(`${found.run} (attempt ${found.attempt}) ${words[found.action]}. ${base}`, terminal.width));
  return 0;
}

/** @throws InputError */
function readAttempt(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InputError([{ path: '--attempt', found: JSON.stringify(text), expected: 'an integer from 1 to 999,999' }]);
}

/** @throws PermanentError `USAGE`, `INPUT_INVALID`, `LEX_FOLDER_INVALID` */
async function checkLex({ lex, lexToken }: RuntimeConfig): Promise<void> {
  if (lex === null) {
    const what = 'Nothing says where Lex is: give --lex <url|folder>, LEXDELTA_LEX, or "lex" in lexdelta.json.';
    throw new PermanentError('USAGE', what);
  }
  if (isUrl(lex)) {
    const { readHttpLexOptions } = await import('../lex/http-lex-options.ts');
    readHttpLexOptions({ baseUrl: lex, token: lexToken ?? undefined });
    return;
  }
  const { stat } = await import('node:fs/promises');
  const isFolder = await stat(lex).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new PermanentError(
      'LEX_FOLDER_INVALID',
      `There is no folder ${lex} to read documents from; a URL begins with http:// or https://.`,
    );
}

/**
 * The workers would find the same, but only after the run has begun.
 * @throws PermanentError `CONFIG_INVALID`, `INPUT_INVALID` (a namespace without a module), `LEX_FOLDER_INVALID` (one
 *   without its file)
 */
async function checkNamespacesAndRules(
  { namespaceModules, rules, lex }: RuntimeConfig,
  input: JobInput,
): Promise<void> {
  const { loadNamespaces } = await import('../runtime/local-functions.ts');
  const known = [...(await loadNamespaces(namespaceModules)).keys()];
  const problems = input.namespaces.flatMap(({ namespace }, i) =>
    known.includes(namespace)
      ? []
      : [
          {
            path: `/namespaces/${i}/namespace`,
            found: JSON.stringify(namespace),
            expected: `one of ${known.join(', ')} (or a module of its own in "namespaceModules")`,
          },
        ],
  );
  if (problems.length > 0) throw new InputError(problems);
  if (lex !== null && !isUrl(lex)) checkFiles(lex, input);
  if (Object.keys(rules).length > 0) {
    const { rulesInForce } = await import('../agreements/table-a3/rules-in-force.ts');
    rulesInForce(rules, 'rules');
  }
}

/** A missing file may be accepted as a namespace that cannot be read. */
function checkFiles(folder: string, { namespaces, overrides }: JobInput): void {
  if (overrides.some(({ accept }) => accept === 'query')) return;
  const names = namespaces.map(({ namespace }) => namespace);
  const missing = names.filter((name) => !existsSync(join(folder, `${name}.ndjson`)));
  if (missing.length === 0) return;
  const what = `The folder ${folder} has no file for ${missing.join(', ')}; the run is for ${names.join(', ')}. Name those that it has: --namespaces, or --input.`;
  throw new PermanentError('LEX_FOLDER_INVALID', what);
}
