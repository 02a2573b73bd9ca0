import type { Command } from 'commander';
import { RETENTION_BOUNDS } from '../../job/retention-policy.ts';
import { action, examples, type Shell } from '../define-command.ts';
import type { HoldFlags } from '../retention/hold-date.ts';
import type { RetentionFlags } from '../retention/tell-retention.ts';
import { count } from '../terminal/figures.ts';

export function addRetentionCommands(program: Command, shell: Shell): void {
  const retention = program
    .command('retention')
    .summary('delete tables that are too old, or say which')
    .description(
      'Deletes published tables that nothing keeps, with their records, and what failed runs left. The daily job does so ' +
        'by itself. What is in force, what it was made from, the newest tables and what is held always stay. Of tables that ' +
        'stay it deletes the raw texts of rejected documents sooner, but for what is in force, what that was made from, ' +
        'and what is held.',
    )
    .option('--dry-run', 'say what would go and why the rest stays, and do nothing')
    .option('--check', 'list what should be gone and is not, and what should be there and is not')
    .option('--keep-days <n>', `instead of the configured days, ${boundsOf('days')}`)
    .option('--month-ends <n>', `instead of the configured number of month ends, ${boundsOf('monthEnds')}`)
    .option(
      '--raw-text-days <n>',
      `instead of the configured days for raw texts of rejected documents, ${boundsOf('rawTextDays')}, not more than --keep-days`,
    )
    .option('--by <name>', 'who deletes')
    .action(
      action<RetentionFlags>(shell, async (_args, flags, context) => {
        const { tellRetention } = await import('../retention/tell-retention.ts');
        return tellRetention(flags, context);
      }),
    );
  examples(retention, [
    'lexdelta retention --dry-run',
    'lexdelta retention --by Ada',
    'lexdelta retention --check --json',
  ]);
  const hold = program
    .command('hold')
    .argument('<date>', 'business date')
    .summary('keep the table of a date from retention')
    .description('Keeps every table of a business date from being deleted, until the hold is released.')
    .option('--release', 'end the holds of the date that are in force')
    .requiredOption('--by <name>', 'who holds it, or releases it')
    .requiredOption('--reason <text>', 'why')
    .action(
      action<HoldFlags>(shell, async ([date = ''], flags, context) => {
        const { holdDate } = await import('../retention/hold-date.ts');
        return holdDate(date, flags, context);
      }),
    );
  examples(hold, [
    'lexdelta hold 10-20-2021 --by Ada --reason "letter of the examiner, 2021-11-02"',
    'lexdelta hold 10-20-2021 --release --by Ada --reason "examination closed"',
  ]);
  const holds = program
    .command('holds')
    .summary('list what is held from retention')
    .description('Lists the holds, who placed them and why, and with --all those that were released.')
    .option('--all', 'released ones too')
    .action(
      action<{ readonly all?: boolean }>(shell, async (_args, flags, context) => {
        const { listHolds } = await import('../retention/list-holds.ts');
        return listHolds(flags, context);
      }),
    );
  examples(holds, ['lexdelta holds', 'lexdelta holds --all --json']);
}

function boundsOf(key: keyof typeof RETENTION_BOUNDS): string {
  const [low, high] = RETENTION_BOUNDS[key];
  return `${count(low)} to ${count(high)}`;
}
