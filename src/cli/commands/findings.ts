import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addFindingsCommand(program: Command, shell: Shell): void {
  const command = program
    .command('findings')
    .argument('<run|date>', 'name of a run, or a business date: its last attempt')
    .summary('list what only the whole table shows')
    .description(
      'Lists the findings on a published table as a whole: identifiers that stand twice or name nothing, entities that stand ' +
        'neither in CO nor in CP, fields that fewer rows have than before. They reject no document.',
    )
    .option('--rule <id>', 'only what breaks this rule (docs/rules.md)')
    .option('--limit <n>', 'at most this many findings a rule (default 10; with --json all)')
    .action(
      action(shell, async ([run = ''], flags, context) => {
        const { tellFindings } = await import('../findings/tell-findings.ts');
        return tellFindings(run, flags, context, () => {
          shell.dataOnOutput = true;
        });
      }),
    );
  examples(command, [
    'lexdelta findings 10-20-2021',
    'lexdelta findings 10-20-2021 --rule TABLE-A3.12-dangling --limit 100',
    'lexdelta findings agreements-2021-10-20 --json',
  ]);
}
