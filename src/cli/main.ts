/** The process behind `lexdelta`: streams, arguments, exit code. */
import { homedir } from 'node:os';
import { hasErrno, messageOf, PermanentError } from '../errors.ts';
import type { Context } from './context.ts';
import { runProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { LOCAL_SERVICES } from './services.ts';
import { catchStopSignals } from './signals.ts';
import { Terminal } from './terminal/terminal.ts';

export async function start(): Promise<void> {
  const terminal = new Terminal(process.stdout, process.stderr);
  // A reader that went away (`| head`) is no error: what is left has no reader, and a run goes on without one.
  process.stdout.on('error', (error) => {
    terminal.closeOutput();
    // Anything else loses data: no exit code of the command itself would be true.
    if (!hasErrno(error, 'EPIPE')) process.exit(reportError(outputError(error), terminal, true));
  });
  // Progress and warnings that nobody can be told of (a full disk under a log, say) must not end a run.
  process.stderr.on('error', () => undefined);
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

function outputError(error: unknown): PermanentError {
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].some((code) => hasErrno(error, code));
  if (isFull) return new PermanentError('STORE_FULL', 'There is no room for what goes to standard output.');
  return new PermanentError('STORE_WRITE_FAILED', `Standard output cannot be written: ${messageOf(error)}.`);
}
