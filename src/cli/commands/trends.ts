import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';
import type { TrendsFlags } from '../trends/tell-trends.ts';

export function addTrendsCommand(program: Command, shell: Shell): void {
  const command = program
    .command('trends')
    .summary('show how the published days compare')
    .description(
      'Shows the figures of the last published days: documents listed, new, changed and rejected, rows, gates, findings, ' +
        'duration. Warns of a day on which far more of a namespace has changed than usual.',
    )
    .option('--days <n>', 'at most this many days (default 14)')
    .action(
      action<TrendsFlags>(shell, async (_args, flags, context) => {
        const { tellTrends } = await import('../trends/tell-trends.ts');
        return tellTrends(flags, context);
      }),
    );
  examples(command, ['lexdelta trends', 'lexdelta trends --days 35 --json']);
}
