import type { Command } from 'commander';
import { PermanentError } from '../errors.ts';
import type { DataPlace } from '../runtime/job-data.ts';
import { readPlace } from './config.ts';
import type { Context, GlobalFlags } from './context.ts';

/** What the commands of one process share. */
export interface Shell {
  readonly context: Context;
  /** Of the command that ran. */
  exitCode: number;
  /** Whether data has gone to stdout, so that an error has to go elsewhere. */
  dataOnOutput: boolean;
}

/** Help begins with examples: they answer most questions. */
export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('before', ['Examples:', ...lines.map((line) => `  ${line}`), ''].join('\n'));
}

/** Wraps a command's work: gives it all flags, and keeps its exit code. */
export function action<F extends object>(
  shell: Shell,
  work: (args: readonly string[], flags: F & GlobalFlags, context: Context) => Promise<number>,
): (...args: readonly unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    shell.exitCode = await work(command.args, command.optsWithGlobals<F & GlobalFlags>(), shell.context);
  };
}

/** Where a command's data are. @throws PermanentError `USAGE`, `CONFIG_INVALID`, `FILE_NOT_READABLE` */
export function placeOf(flags: GlobalFlags, context: Context): Promise<DataPlace> {
  return readPlace(flags, context);
}

/** For what works on one machine only. @throws PermanentError `USAGE`: the data are on AWS */
export async function dataFolderOf(command: string, flags: GlobalFlags, context: Context): Promise<string> {
  const place = await placeOf(flags, context);
  if (place.kind === 'folder') return place.folder;
  const what = `\`${command}\` works on a data folder of this machine, not on the stack ${place.stack}.`;
  throw new PermanentError('USAGE', `${what} Give --data <folder>.`);
}

/** For what makes its own data on this machine. @throws PermanentError `USAGE` */
export function refuseStack(command: string, { aws, region }: GlobalFlags): void {
  const flag = aws === undefined ? (region === undefined ? null : '--region') : '--aws';
  if (flag === null) return;
  throw new PermanentError('USAGE', `\`${command}\` works on this machine alone: ${flag} has no place here.`);
}

/** What further commands need to reach the same data: nothing when it was not given as a flag. */
export function flagsForHints({ data, aws, region }: GlobalFlags): string {
  return Object.entries({ data, aws, region })
    .map(([flag, value]) => (value === undefined ? '' : ` --${flag} ${shellWord(value)}`))
    .join('');
}

/** A word as a shell reads it. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
