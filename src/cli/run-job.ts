/** The work of `lexdelta run`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PermanentError } from '../errors.ts';
import { executionName } from '../job/business-date.ts';
import { JOB_DEFAULTS } from '../job/job-defaults.ts';
import { InputError, type JobInput } from '../job/job-input.ts';
import type { StackPlace } from '../runtime/job-data.ts';
import type { RuntimeConfig } from '../runtime/runtime-config.ts';
import { checkBegun, readBusinessDays } from './business-days.ts';
import { carryOutRun, type RunFlags, tellPreview } from './carry-out-run.ts';
import { isUrl, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { placeOf } from './define-command.ts';
import { readRunInput } from './run-input.ts';

/** @returns the exit code */
export async function runJob(flags: RunFlags, context: Context): Promise<number> {
  // All that can be refused is refused before anything is created.
  const attempt = readAttempt(flags.attempt);
  const place = await placeOf(flags, context);
  if (place.kind === 'stack') return runOnStack(place, attempt, flags, context);
  const input = await readRunInput(flags, context);
  const config = await readConfig(flags, context);
  const days = await readBusinessDays(context);
  checkBegun(input, days, context.now());
  await checkLex(config);
  await checkNamespacesAndRules(config, input);
  if (flags.dryRun && !existsSync(config.dataFolder)) {
    const chosen = attempt ?? 1;
    const run = executionName(input.business_date, chosen);
    return tellPreview({ run, attempt: chosen, action: 'start', base: null, owner: null }, context);
  }
  const runtime = await context.services.openRuntime(config);
  try {
    return await carryOutRun(runtime, { input, attempt }, flags, days, context);
  } finally {
    await runtime.close();
  }
}

/** Its functions have a Lex, namespaces and rules of their own: nothing of the kind is looked at here. */
async function runOnStack(
  place: StackPlace,
  attempt: number | null,
  flags: RunFlags,
  context: Context,
): Promise<number> {
  if (flags.lex !== undefined) {
    const what = `The stack ${place.stack} reads a Lex of its own, so --lex has no place here; to run on this machine, give --data <folder>.`;
    throw new PermanentError('USAGE', what);
  }
  const days = await readBusinessDays(context);
  const runtime = await context.services.openStackRuntime(place);
  try {
    const input = await readRunInput(flags, context, runtime.jobDefaults ?? JOB_DEFAULTS);
    checkBegun(input, days, context.now());
    return await carryOutRun(runtime, { input, attempt }, flags, days, context);
  } finally {
    await runtime.close();
  }
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
