import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addRejectedCommand(program: Command, shell: Shell): void {
  const command = program
    .command('rejected')
    .argument('<run|date>', 'name of a run, or a business date: its last attempt')
    .summary('list the documents that a run rejected, and why')
    .description(
      'Lists the documents that are rejected as of a run, with rule, field and value. Of a run that published nothing: ' +
        'what it rejected itself.',
    )
    .option('--by-rule', 'count them by rule, the most frequent first, with an example of each')
    .option('--rule <id>', 'only what breaks this rule (docs/rules.md)')
    .option('--namespace <name>', 'only this namespace')
    .option('--limit <n>', 'at most this many places a rule (default 10; with --json 10,000 in all)')
    .action(
      action(shell, async ([run = ''], flags, context) => {
        const { tellRejected } = await import('../rejected/tell-rejected.ts');
        return tellRejected(run, flags, context);
      }),
    );
  examples(command, [
    'lexdelta rejected 10-20-2021 --by-rule',
    'lexdelta rejected agreements-2021-10-20 --namespace mac --limit 20',
    'lexdelta rejected 10-20-2021 --rule A3.6-unknown --json',
  ]);
}
