import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addRunsCommand(program: Command, shell: Shell): void {
  const command = program
    .command('runs')
    .summary('list the runs, the newest first')
    .description('Lists the runs with what they came to, the newest business date and attempt first.')
    .option('--business-date <date>', 'only the attempts of this date')
    .option('--limit <n>', 'at most this many (default 20)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { listRuns } = await import('../list-runs.ts');
        return listRuns(flags, context);
      }),
    );
  examples(command, ['lexdelta runs', 'lexdelta runs --business-date 10-20-2021 --json']);
}
