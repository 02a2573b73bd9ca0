import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';
import type { VerifyFlags } from '../verify/tell-verify.ts';

export function addVerifyCommand(program: Command, shell: Shell): void {
  const command = program
    .command('verify')
    .argument('<date>', 'business date, MM-DD-YYYY or YYYY-MM-DD')
    .summary('prove a published day again from its files alone')
    .description(
      'Proves a published day again from its files alone: every byte against the manifest, the order and keys of rows, ' +
        'Parquet, uses, ledger and findings, and that the table before with the change log gives this table. Exit code 1 ' +
        'when anything is wrong; each fault names its file and line. docs/verify.md says what this shows, and what not.',
    )
    .option('--attempt <n>', 'this attempt at the date (default: the one that the date stands for)')
    .option('--alone', 'the data are a copy of this day alone: its base and JobStats are left aside')
    .action(
      action<VerifyFlags>(shell, async ([date = ''], flags, context) => {
        const { tellVerify } = await import('../verify/tell-verify.ts');
        return tellVerify(date, flags, context);
      }),
    );
  examples(command, [
    'lexdelta verify 10-20-2021',
    'lexdelta verify 2021-10-20 --attempt 1 --json',
    'lexdelta verify 2021-10-20 --alone --data copy-of-the-day',
  ]);
}
