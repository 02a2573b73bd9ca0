/** `lexdelta` as a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'bin', 'lexdelta.js');
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** With its settings and its rights. */
export type Lexdelta = (...args: readonly string[]) => Promise<Printed>;

export interface LexdeltaPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** However it ends. @throws Error when it was ended, or could not be started */
export async function runLexdelta({ cwd, env, signal }: LexdeltaPlace, args: readonly string[]): Promise<Printed> {
  const options = { cwd, env, signal, maxBuffer: MAX_OUTPUT_BYTES };
  const run = promisify(execFile)(process.execPath, [PROGRAM, ...args], options);
  try {
    return { exitCode: 0, ...(await run) };
  } catch (error) {
    const { code, stdout, stderr } = error as { readonly code: unknown } & Printed;
    if (typeof code !== 'number') throw error;
    return { exitCode: code, stdout, stderr };
  }
}

/** @throws Error with what it said, unless it succeeds */
export async function mustSucceed(place: LexdeltaPlace, args: readonly string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await runLexdelta(place, args);
  if (exitCode !== 0) throw new Error(`lexdelta ${args.join(' ')} ended with ${exitCode}.\n${stdout}${stderr}`);
}
