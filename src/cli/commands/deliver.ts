import { type Command, Option } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';
import type { DeliverFlags } from '../deliver/tell-delivery.ts';

export function addDeliverCommand(program: Command, shell: Shell): void {
  const command = program
    .command('deliver')
    .argument('<date>', 'business date, MM-DD-YYYY or YYYY-MM-DD')
    .summary("write a date's files for the regulator")
    .description(
      'Writes the flat files (columns separated by ~) of Table A-3 and of the master tables CO and CP as of a business date ' +
        'into <folder>/<date>, with their checksums and a data package, and reads them back: every row, every length, every ~. ' +
        'The folder of the date appears when all is right, and not before. "delivery" in lexdelta.json has the same settings.',
    )
    .requiredOption('--output <folder>', 'the folder that gets a folder for the date')
    .option('--tables <list>', 'some of a3,co,cp (default: all)')
    .option('--file-name <pattern>', 'with {table}, {date}, {yyyymmdd}, {attempt} (default: {table}_{date}.txt)')
    .addOption(
      new Option(
        '--header <kind>',
        'the first row: numbers of the fields (A3.5), their official names, or none',
      ).choices(['numbers', 'names', 'none']),
    )
    .option('--no-header', 'the same as --header none')
    .addOption(new Option('--line-end <kind>', 'of every line (default: lf)').choices(['lf', 'crlf']))
    .option('--not-applicable <text>', 'stands for a value that there is not (default: nothing)')
    .option('--allow-faults', 'deliver values as they are that are too long or not of their form')
    .action(
      action<DeliverFlags>(shell, async ([date = ''], flags, context) => {
        const { deliver } = await import('../deliver/tell-delivery.ts');
        return deliver(date, flags, context);
      }),
    );
  examples(command, [
    'lexdelta deliver 10-20-2021 --output deliveries',
    'lexdelta deliver 10-20-2021 --output deliveries --line-end crlf --no-header',
    "lexdelta deliver 10-20-2021 --output out --file-name 'QFC_{table}_{date}.txt'",
  ]);
}
