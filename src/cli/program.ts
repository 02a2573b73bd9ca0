/** All commands together. Their files only describe them; what they need is loaded when one of them runs. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { PermanentError } from '../errors.ts';
import { addAsOfCommand } from './commands/as-of.ts';
import { addDeliverCommand } from './commands/deliver.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDiffCommand } from './commands/diff.ts';
import { addEntitiesCommands } from './commands/entities.ts';
import { addFindingsCommand } from './commands/findings.ts';
import { addHashesCommands } from './commands/hashes.ts';
import { addLawsCommands } from './commands/laws.ts';
import { addLexCommands } from './commands/lex.ts';
import { addMappingsCommands } from './commands/mappings.ts';
import { addPointersCommands } from './commands/pointers.ts';
import { addRejectedCommand } from './commands/rejected.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addRetentionCommands } from './commands/retention.ts';
import { addRunCommand } from './commands/run.ts';
import { addRunsCommand } from './commands/runs.ts';
import { addShowCommand } from './commands/show.ts';
import { addTrendsCommand } from './commands/trends.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addWhyCommand } from './commands/why.ts';
import type { Context, GlobalFlags } from './context.ts';
import { examples, type Shell } from './define-command.ts';
import { reportError } from './report-error.ts';

/** @returns the exit code */
export async function runProgram(args: readonly string[], context: Context): Promise<number> {
  const { terminal } = context;
  // Before anything is parsed, because a usage error has to know as well.
  terminal.configure({ json: args.includes('--json'), quiet: false, color: !args.includes('--no-color') });
  const shell: Shell = { context, exitCode: 0, dataOnOutput: false };
  try {
    await createProgram(shell).parseAsync(spellHelp(args), { from: 'user' });
    return shell.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, terminal, shell.dataOnOutput);
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return 0;
    // Its help has been told on stderr, unless nobody would read it.
    if (error.code === 'commander.help' && !terminal.isJson) return 2;
    const what = error.code === 'commander.help' ? 'The name of a command is missing.' : usageText(error.message);
    return reportError(new PermanentError('USAGE', what), terminal);
  }
}

/** `help entities import` as `entities import --help`. */
function spellHelp(args: readonly string[]): readonly string[] {
  return args[0] === 'help' ? [...args.slice(1), '--help'] : args;
}

function createProgram(shell: Shell): Command {
  const { terminal } = shell.context;
  const program = new Command('lexdelta')
    .description('Builds the daily Table A-3 of legal agreements from what changed in Lex.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .option('--data <folder>', 'data folder (default: lexdelta-data; LEXDELTA_DATA)')
    .option('--aws <stack>', 'a stack on AWS instead of a data folder (LEXDELTA_AWS_STACK)')
    .option('--region <region>', 'of the stack (default: AWS_REGION, or the profile of AWS_PROFILE)')
    .option('--json', 'print one JSON document, errors included, on stdout')
    .option('--quiet', 'no progress and no hints')
    .option('--no-color', 'no colours (NO_COLOR is obeyed too)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: () => undefined, // Told by `reportError`.
      getOutHelpWidth: () => terminal.width,
      getErrHelpWidth: () => terminal.errorWidth,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .hook('preAction', (_program, command) => {
      const { json = false, quiet = false, color = true } = command.optsWithGlobals<GlobalFlags>();
      terminal.configure({ json, quiet, color });
    });
  examples(program, [
    'lexdelta demo',
    'lexdelta run --business-date 10-20-2021 --lex https://lex.inet',
    'lexdelta runs',
  ]);
  program.addHelpText('after', EXIT_CODES);
  for (const add of COMMANDS) add(program, shell);
  return program;
}

const EXIT_CODES = `
Exit codes:
  0         succeeded, also with reservations: see the verdict
  1         failed, or published and not all done
  2         bad input or usage; nothing was created
  3         another run holds the lock, or another process the data folder
  130, 143  stopped (Ctrl+C, SIGTERM); the same command goes on. A run on AWS
            goes on by itself, only watching it has ended`;

const COMMANDS = [
  addRunCommand,
  addRunsCommand,
  addShowCommand,
  addRejectedCommand,
  addFindingsCommand,
  addAsOfCommand,
  addVerifyCommand,
  addDeliverCommand,
  addWhyCommand,
  addDiffCommand,
  addTrendsCommand,
  addEntitiesCommands,
  addLawsCommands,
  addMappingsCommands,
  addReplayCommand,
  addRetentionCommands,
  addHashesCommands,
  addPointersCommands,
  addLexCommands,
  addDemoCommand,
] as const;

/** Commander says `error: unknown option '--foo'`, and below that what was perhaps meant. */
function usageText(message: string): string {
  const [what = '', ...hint] = message.replace(/^error: /, '').split('\n');
  const sentence = `${what.slice(0, 1).toUpperCase()}${what.slice(1)}`.replace(/\.$/, '');
  return `${[sentence, ...hint].join(' ').trim()}.`;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
