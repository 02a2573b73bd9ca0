/** The work of `lexdelta entities serve`. */

import { startEntityServer } from '../enrichment/entity-server.ts';
import { hasErrno, messageOf, PermanentError } from '../errors.ts';
import type { LocalServer } from '../lex/local-server.ts';
import { readWhole } from './arguments.ts';
import type { Context, GlobalFlags } from './context.ts';
import { placeOf } from './define-command.ts';
import { PROGRAM } from './program-name.ts';

interface ServeFlags extends GlobalFlags {
  readonly port?: string;
  readonly host?: string;
}

const DEFAULT_PORT = 7710;

/** Serves until it is asked to stop; that is what it is for, so it ends with 0. */
export async function serveEntities(flags: ServeFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const port = flags.port === undefined ? DEFAULT_PORT : readWhole('--port', flags.port, 0, 65_535);
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const stopped = new Promise<void>((done) => {
      context.catchStopSignals(() => done());
    });
    const server = await startServer({
      entities: data.entities,
      port,
      host: flags.host ?? '127.0.0.1',
      token: context.env['LEXDELTA_ENTITY_TOKEN'] || undefined,
    });
    if (terminal.isJson) terminal.printJson('entities-serve', { url: server.url });
    else terminal.print(`Entities at ${server.url}`);
    terminal.note(`Try: ${PROGRAM} entities enrich --service ${server.url}`, 'Ctrl+C ends it.');
    await stopped;
    await server.close();
    return 0;
  } finally {
    await data.close();
  }
}

async function startServer(options: Parameters<typeof startEntityServer>[0]): Promise<LocalServer> {
  try {
    return await startEntityServer(options);
  } catch (error) {
    const place = `${options.host} port ${options.port}`;
    if (hasErrno(error, 'EADDRINUSE')) throw new PermanentError('USAGE', `${place} is taken. Give another --port.`);
    if (hasErrno(error, 'EACCES') || hasErrno(error, 'EADDRNOTAVAIL') || hasErrno(error, 'ENOTFOUND')) {
      throw new PermanentError('USAGE', `${place} may not be used here: ${messageOf(error)}.`);
    }
    throw error;
  }
}
