import { type Command, Option } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';
import type { DiffFlags } from '../diff/tell-diff.ts';

export function addDiffCommand(program: Command, shell: Shell): void {
  const command = program
    .command('diff')
    .argument('<from>', 'business date, MM-DD-YYYY or YYYY-MM-DD')
    .argument('<to>', 'business date')
    .summary('say what differs between the tables of two dates')
    .description(
      'Says which rows were added, changed and removed from the table of one date to that of another: counts and a few ' +
        'examples, contact details masked. A row that only turned stale, or current again, counts as changed. With --format every difference, with the values that the tables hold, contact ' +
        'details too.',
    )
    .addOption(
      new Option('--format <format>', 'ndjson: one object a row; csv: one line a field').choices(['ndjson', 'csv']),
    )
    .option('--output <file>', 'write to this file, whole or not at all (default format: ndjson)')
    .option('--namespace <name>', 'only this namespace')
    .action(
      action<DiffFlags>(shell, async (dates, flags, context) => {
        const { tellDiff } = await import('../diff/tell-diff.ts');
        return tellDiff(dates, flags, context, () => {
          shell.dataOnOutput = true;
        });
      }),
    );
  examples(command, [
    'lexdelta diff 10-20-2021 10-21-2021',
    'lexdelta diff 2021-10-20 2021-10-29 --format csv --output october.csv',
    'lexdelta diff 2021-10-20 2021-10-29 --namespace mac --format ndjson | head -1',
  ]);
}
