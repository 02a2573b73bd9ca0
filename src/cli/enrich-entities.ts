/** The work of `lexdelta entities enrich`. */

import type { EntityRole } from '../agreements/look-up-items.ts';
import type { EnrichResult } from '../enrichment/enrich.ts';
import { enrichFromQueue, enrichPending } from '../enrichment/enrich.ts';
import { askInTurn, type EntityAuthority } from '../enrichment/entity-authority.ts';
import { gleifAuthority } from '../enrichment/gleif-authority.ts';
import { openHttpEntityService } from '../enrichment/http-entity-service.ts';
import type { Tally } from '../enrichment/tally.ts';
import { PermanentError } from '../errors.ts';
import { openGleifReference } from '../runtime/gleif-reference.ts';
import type { JobData } from '../runtime/job-data.ts';
import { readWhole } from './arguments.ts';
import { readEntityService } from './config.ts';
import type { Context, GlobalFlags } from './context.ts';
import { flagsForHints, placeOf } from './define-command.ts';
import { PROGRAM } from './program-name.ts';
import { reportError } from './report-error.ts';
import { exitCodeOfSignal } from './signals.ts';
import { count } from './terminal/figures.ts';
import { showProgressLine } from './terminal/progress-line.ts';
import { renderTable } from './terminal/table.ts';

export interface EnrichFlags extends GlobalFlags {
  readonly service?: string;
  readonly gleif?: boolean;
  readonly role?: string;
  readonly once?: boolean;
  readonly follow?: boolean;
  readonly pending?: boolean;
  readonly maxTries?: string;
  readonly parallel?: string;
}

/** As SQS keeps the message in the deployed stack. */
const DEFAULT_MAX_TRIES = 5;
const DEFAULT_PARALLEL = 8;

/** @returns 1 when a question failed or was given up: somebody has to look, or to run it again */
export async function enrichEntities(flags: EnrichFlags, context: Context): Promise<number> {
  const options = readOptions(flags);
  const ask = await readAuthorities(flags, context);
  const data = await context.services.openData(await placeOf(flags, context), 'write');
  const authority = await openAuthority(ask, data).catch(async (error: unknown) => {
    await data.close();
    throw error;
  });
  let tally: Tally | null = null;
  let endProgress = (): void => undefined;
  try {
    const signal = context.catchStopSignals(() => context.terminal.note('Stopping: what was begun is put back.'));
    endProgress = showProgressLine(context.terminal, () => (tally === null ? null : progressText(tally)));
    const onProgress = (now: Tally) => {
      tally = now;
    };
    const result =
      flags.pending === true
        ? await enrichPending(data.entities, authority, data, { ...options, signal, onProgress })
        : await enrichFromQueue(data.enrichmentQueue, authority, data, { ...options, signal, onProgress });
    endProgress();
    const exitCode = await tell(result, data, flags, context);
    return signal.aborted ? exitCodeOfSignal(signal) : exitCode;
  } finally {
    endProgress();
    await authority.close();
    await data.close();
  }
}

function readOptions(flags: EnrichFlags) {
  if (flags.once === true && flags.follow === true) throw new PermanentError('USAGE', 'Give --once or --follow.');
  if (flags.pending === true && flags.follow === true) throw new PermanentError('USAGE', '--pending asks once.');
  return {
    follow: flags.follow ?? false,
    parallel: flags.parallel === undefined ? DEFAULT_PARALLEL : readWhole('--parallel', flags.parallel, 1, 32),
    maxTries: flags.maxTries === undefined ? DEFAULT_MAX_TRIES : readWhole('--max-tries', flags.maxTries, 1, 1_000),
  };
}

interface Authorities {
  /** `null`: none is asked. */
  readonly service: EntityAuthority | null;
  readonly asksGleif: boolean;
  readonly role: EntityRole | null;
}

async function readAuthorities(flags: EnrichFlags, context: Context): Promise<Authorities> {
  const service = await readEntityService(flags.service, context);
  const role = readRole(flags);
  if (service === null && flags.gleif !== true) {
    throw new PermanentError('USAGE', 'Nobody to ask: give --service, or --gleif for an imported golden copy.');
  }
  const token = context.env['LEXDELTA_ENTITY_TOKEN'];
  return {
    service: service === null ? null : openHttpEntityService({ baseUrl: service, token }),
    asksGleif: flags.gleif === true,
    role,
  };
}

/** The service first, then GLEIF for what the service does not know. */
async function openAuthority(
  { service, asksGleif, role }: Authorities,
  { gleif }: Pick<JobData, 'gleif'>,
): Promise<EntityAuthority> {
  const authorities = service === null ? [] : [service];
  if (asksGleif) authorities.push(gleifAuthority(await openGleifReference(gleif), role));
  return askInTurn(authorities);
}

function readRole({ role, gleif }: EnrichFlags): EntityRole | null {
  if (role === undefined) return null;
  if (gleif !== true) throw new PermanentError('USAGE', '--role is for --gleif: a service says the role itself.');
  const known = role.toUpperCase();
  if (known === 'CO' || known === 'CP') return known;
  throw new PermanentError('USAGE', `--role is "${role}", expected CO or CP.`);
}

async function tell(result: EnrichResult, data: JobData, flags: EnrichFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const { stopped, ...tally } = result;
  const waiting = await data.enrichmentQueue.depth();
  const exitCode = tally.failed > 0 || tally.dead > 0 ? 1 : 0;
  if (terminal.isJson) {
    const error = stopped === null ? null : { code: stopped.code, message: stopped.what };
    terminal.printJson('entities-enrich', { ...tally, waiting, stopped: error });
    return exitCode;
  }
  const hints = flagsForHints(flags);
  const rows = [
    ['filled', count(tally.filled), 'known now; the next run transforms their documents again'],
    ['known', count(tally.known), 'were known already'],
    ['unknown', count(tally.unknown), tally.unknown > 0 ? `${PROGRAM} entities pending${hints}` : ''],
    ['failed', count(tally.failed), tally.failed > 0 ? failedText(flags) : ''],
    ['dead', count(tally.dead), tally.dead > 0 ? `given up: ${PROGRAM} entities dead${hints}` : ''],
    ['waiting', count(waiting), 'messages on the queue'],
  ];
  const columns = [{ header: 'entities' }, { header: '', align: 'right' }, { header: '', flexible: true }] as const;
  terminal.print(...renderTable(columns, rows, terminal.width));
  if (stopped !== null) reportError(stopped, terminal);
  return exitCode;
}

/** Pending entities were asked without a message: the queue knows nothing of them. */
function failedText({ pending }: EnrichFlags): string {
  return pending === true ? 'stay pending; run it again' : 'come back later; run it again';
}

function progressText({ messages, filled, unknown, failed, dead }: Tally): string {
  const parts = [`${count(messages)} messages`, `${count(filled)} filled`, `${count(unknown)} unknown`];
  return [...parts, `${count(failed)} failed`, `${count(dead)} dead`].join('  ');
}
