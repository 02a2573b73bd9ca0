import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addShowCommand(program: Command, shell: Shell): void {
  const command = program
    .command('show')
    .argument('<run|date>', 'name of a run, or a business date: its last attempt')
    .summary("show a run's verdict again")
    .description("Shows a run's verdict again, with its figures, gates and what to do next.")
    .action(
      action(shell, async ([run = ''], flags, context) => {
        const { showRun } = await import('../show-run.ts');
        return showRun(run, flags, context);
      }),
    );
  examples(command, ['lexdelta show 10-20-2021', 'lexdelta show agreements-2021-10-20-attempt-2 --json']);
}
