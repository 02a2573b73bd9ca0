/** The work of `lexdelta lex serve`. */

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { hasErrno, messageOf, PermanentError } from '../errors.ts';
import { parseFaults } from '../lex/lex-faults.ts';
import type { LocalServer } from '../lex/local-server.ts';
import { readWhole } from './arguments.ts';
import type { Context, GlobalFlags } from './context.ts';
import { refuseStack } from './define-command.ts';
import { PROGRAM } from './program-name.ts';
import { sampleFolder } from './sample.ts';

interface ServeFlags extends GlobalFlags {
  readonly folder?: string;
  readonly port?: string;
  readonly host?: string;
  readonly faults?: string;
}

const DEFAULT_PORT = 7700;

/** Serves until it is asked to stop; that is what it is for, so it ends with 0. */
export async function serveLex(flags: ServeFlags, context: Context): Promise<number> {
  refuseStack('lex serve', flags);
  const { terminal } = context;
  const folder = flags.folder === undefined ? sampleFolder('lex/day-1') : resolve(context.cwd, flags.folder);
  const port = flags.port === undefined ? DEFAULT_PORT : readWhole('--port', flags.port, 0, 65_535);
  const faults = flags.faults === undefined ? undefined : parseFaults(flags.faults);
  await checkFolder(folder);
  const stopped = new Promise<void>((done) => {
    context.catchStopSignals(() => done());
  });
  const server = await startServer(context, {
    folder,
    port,
    faults,
    host: flags.host ?? '127.0.0.1',
    token: context.env['LEXDELTA_LEX_TOKEN'] || undefined,
  });
  if (terminal.isJson) terminal.printJson('lex-serve', { url: server.url, folder });
  else terminal.print(`Lex over ${folder}`, `  at ${server.url}`);
  terminal.note(`Try: ${PROGRAM} run --business-date 10-20-2021 --lex ${server.url}`, 'Ctrl+C ends it.');
  await stopped;
  await server.close();
  return 0;
}

async function startServer(
  { services }: Context,
  options: Parameters<Context['services']['startLex']>[0],
): Promise<LocalServer> {
  try {
    return await services.startLex(options);
  } catch (error) {
    const place = `${options.host} port ${options.port}`;
    if (hasErrno(error, 'EADDRINUSE')) throw new PermanentError('USAGE', `${place} is taken. Give another --port.`);
    if (hasErrno(error, 'EACCES') || hasErrno(error, 'EADDRNOTAVAIL') || hasErrno(error, 'ENOTFOUND')) {
      throw new PermanentError('USAGE', `${place} may not be used here: ${messageOf(error)}.`);
    }
    throw error;
  }
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() !== true) throw new PermanentError('LEX_FOLDER_INVALID', `There is no folder ${folder}.`);
}
