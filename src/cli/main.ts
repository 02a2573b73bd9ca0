/** The process behind `lexdelta`: streams, arguments, exit code. */
import { homedir } from 'node:os';
import { hasErrno } from '../errors.ts';
import type { Context } from './context.ts';
import { runProgram } from './program.ts';
import { LOCAL_SERVICES } from './services.ts';
import { catchStopSignals } from './signals.ts';
import { Terminal } from './terminal/terminal.ts';

export async function start(): Promise<void> {
  const terminal = new Terminal(process.stdout, process.stderr);
  // A reader that went away (`| head`) is no error: what is left has no reader, and a run goes on without one.
  process.stdout.on('error', (error) => {
    if (!hasErrno(error, 'EPIPE')) throw error;
    terminal.closeOutput();
  });
  process.stderr.on('error', (error) => {
    if (!hasErrno(error, 'EPIPE')) throw error;
  });
  const context: Context = {
    terminal,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    services: LOCAL_SERVICES,
    now: Date.now,
    catchStopSignals,
  };
  const exitCode = await runProgram(process.argv.slice(2), context);
  await terminal.flush();
  process.exit(exitCode);
}
