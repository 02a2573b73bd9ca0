/** The work of `lexdelta replay`. */
import { PermanentError } from '../errors.ts';
import { isNamespaceName } from '../job/job-input.ts';
import type { JobData } from '../runtime/job-data.ts';
import { type ReplayRequest, replayKey } from '../steps/reprocess/replay-requests.ts';
import { readConfig } from './config.ts';
import type { Context, GlobalFlags } from './context.ts';
import { placeOf } from './define-command.ts';
import { readText } from './read-text.ts';
import { plural } from './terminal/figures.ts';
import { wrap } from './terminal/wrap.ts';

export interface ReplayFlags extends GlobalFlags {
  readonly namespace?: string;
  readonly ids?: string;
  readonly idsFile?: string;
  readonly all?: boolean;
  readonly lookUps?: boolean;
  readonly by: string;
  readonly dryRun?: boolean;
}

export async function requestReplay(flags: ReplayFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const request = await readRequest(flags, context);
  const { namespace } = flags;
  const { namespaceModules } = await readConfig(flags, context);
  const place = await placeOf(flags, context);
  if (namespace !== undefined && place.kind === 'folder') await checkKnown(namespace, namespaceModules);
  const data = await context.services.openData(place, 'read');
  try {
    if (namespace !== undefined && data.jobDefaults !== null) checkAmong(namespace, data.jobDefaults.namespaces);
    const number = flags.dryRun ? null : await writeRequest(request, data);
    if (terminal.isJson) {
      terminal.printJson('replay', { number, written: number !== null, request });
      return 0;
    }
    const serves = tellRequest(request, number === null ? 'would be' : 'will be', namespace);
    terminal.print(...wrap(`${number === null ? '' : `Request ${number}: `}${serves}`, terminal.width));
    if (request.documents.length > 0) {
      terminal.note(...wrap('Whether Lex has these ids is found out by that run.', terminal.errorWidth));
    }
    return 0;
  } finally {
    await data.close();
  }
}

function tellRequest(request: ReplayRequest, verb: string, namespace: string | undefined): string {
  if (request.look_ups) {
    return `every document that used a look-up row which is another now ${verb} transformed again by the next run.`;
  }
  const what = request.namespaces.length > 0 ? 'every document' : plural(request.documents.length, 'document');
  return `${what} of ${namespace} ${verb} transformed again by the next run that has this namespace.`;
}

/** @throws PermanentError `USAGE`, `FILE_NOT_READABLE` */
async function readRequest(flags: ReplayFlags, context: Context): Promise<ReplayRequest> {
  const { namespace, by } = flags;
  const at = new Date(context.now()).toISOString();
  if (flags.lookUps) {
    const beside = [namespace, flags.ids, flags.idsFile, flags.all].some((flag) => flag !== undefined);
    if (beside) throw new PermanentError('USAGE', '--look-ups is for all namespaces, and goes with --by alone.');
    checkBy(by);
    return { format: 1, by, at, documents: [], namespaces: [], look_ups: true };
  }
  if (namespace === undefined) throw new PermanentError('USAGE', 'Give --namespace, or --look-ups.');
  if (!isNamespaceName(namespace)) throw new PermanentError('USAGE', `"${namespace}" is no name of a namespace.`);
  checkBy(by);
  const ways = [flags.ids, flags.idsFile, flags.all].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new PermanentError('USAGE', 'Give one of --ids, --ids-file and --all.');
  const ids = await readIds(flags, context);
  if (!flags.all && ids.length === 0) throw new PermanentError('USAGE', 'There is no id in the list.');
  const documents = ids.map((lex_id) => ({ namespace, lex_id }));
  return { format: 1, by, at, documents, namespaces: flags.all ? [namespace] : [] };
}

function checkBy(by: string): void {
  if (by.trim() === '') throw new PermanentError('USAGE', '--by needs the name of who asks for it.');
}

/** @throws PermanentError `USAGE`, `CONFIG_INVALID` */
async function checkKnown(namespace: string, modules: Readonly<Record<string, string>>): Promise<void> {
  const { loadNamespaces } = await import('../runtime/local-functions.ts');
  checkAmong(namespace, [...(await loadNamespaces(modules)).keys()]);
}

/** @throws PermanentError `USAGE` */
function checkAmong(namespace: string, known: readonly string[]): void {
  if (known.includes(namespace)) return;
  throw new PermanentError('USAGE', `There is no namespace "${namespace}"; known are ${known.join(', ')}.`);
}

/** Each id once, in the order given. */
async function readIds({ ids, idsFile }: ReplayFlags, context: Context): Promise<readonly string[]> {
  const listed = ids?.split(',') ?? (idsFile === undefined ? [] : (await readText(idsFile, context)).split(/\r?\n/));
  return [...new Set(listed.map((id) => id.trim()).filter((id) => id !== ''))];
}

/** Requests are numbered without holes, so whoever finds the number taken goes on to the next. */
async function writeRequest(request: ReplayRequest, { jobDailyA3Data: a3 }: JobData): Promise<number> {
  const body = Buffer.from(JSON.stringify(request));
  let number = 1;
  for await (const { key } of a3.list('replay')) {
    // Anything else there is no request, and has no number.
    const taken = Number(/\/(\d{9})\.json$/.exec(key)?.[1] ?? 0);
    number = Math.max(number, taken + 1);
  }
  for (; ; number += 1) {
    try {
      await a3.putOnce(replayKey(number), body);
      return number;
    } catch (error) {
      if (!(error instanceof PermanentError && error.code === 'PUBLISHED_CONFLICT')) throw error;
    }
  }
}
