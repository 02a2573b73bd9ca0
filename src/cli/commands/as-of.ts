import { type Command, Option } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';
import type { AsOfFlags } from '../write-table-as-of.ts';

const PARQUET = `
Columns of Parquet are a3_2, a3_3, … a3_16 (A3.6.1 is a3_6_1; A3.5 is a date),
then namespace, lex_id, content_hash, hash_scheme, mapping_version, run,
stale_since and full_name. A3.1 is as_of: a column of a single file, the name
of the folder (as_of=<date>) where a folder is written. In DuckDB:
  select as_of, a3_3, a3_6
  from read_parquet('tables/**/*.parquet', hive_partitioning = true)`;

export function addAsOfCommand(program: Command, shell: Shell): void {
  const command = program
    .command('as-of')
    .argument('<date>', 'business date, MM-DD-YYYY or YYYY-MM-DD')
    .summary('print Table A-3 as of a date')
    .description('Prints Table A-3 as of a business date, whole, in the order of its keys.')
    .addOption(
      new Option('--format <format>', 'ndjson: one object a row; csv; flat: columns separated by ~; parquet')
        .choices(['ndjson', 'csv', 'flat', 'parquet'])
        .default('ndjson'),
    )
    .option('--output <path>', 'write to this file, whole or not at all; parquet: a folder takes the parts of the day')
    .action(
      action<AsOfFlags>(shell, async ([date = ''], flags, context) => {
        const { writeTableAsOf } = await import('../write-table-as-of.ts');
        return writeTableAsOf(date, flags, context, () => {
          shell.dataOnOutput = true;
        });
      }),
    );
  command.addHelpText('after', PARQUET);
  examples(command, [
    'lexdelta as-of 10-20-2021 --format csv --output table.csv',
    'lexdelta as-of 2021-10-20 | head -1',
    'lexdelta as-of 10-20-2021 --format parquet --output tables/',
  ]);
}
