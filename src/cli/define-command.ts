import type { Command } from 'commander';
import { readConfig } from './config.ts';
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

/** The data folder that a command without Lex works on. */
export async function dataFolderOf(flags: GlobalFlags, context: Context): Promise<string> {
  return (await readConfig({ data: flags.data }, context)).dataFolder;
}

/** What further commands need to reach the same data: nothing when it was not given as a flag. */
export function flagsForHints(flags: GlobalFlags): string {
  return flags.data === undefined ? '' : ` --data ${shellWord(flags.data)}`;
}

/** A word as a shell reads it. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
