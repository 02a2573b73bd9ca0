import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addRunCommand(program: Command, shell: Shell): void {
  const command = program
    .command('run')
    .summary('run the job for one business date')
    .description(
      'Runs the job for one business date, and shows its verdict. An interrupted run goes on; a run that another ' +
        'process works on is followed; after a failed one the next attempt begins; a date that has succeeded is left.',
    )
    .option('--business-date <date>', 'MM-DD-YYYY or YYYY-MM-DD')
    .option('--input <file>', 'the whole input as JSON; - is standard input')
    .option('--lex <url|folder>', 'where Lex is (LEXDELTA_LEX; token: LEXDELTA_LEX_TOKEN)')
    .option('--namespaces <list>', 'these namespaces, separated by commas (default: mac,docman,pwm,cct)')
    .option('--attempt <n>', 'this attempt, not what would come next')
    .option('--max-parallel-executions <n>', '1 to 40 (default 2)')
    .option('--query-batch-size <n>', 'documents per page, 1 to 10,000 (default 1000)')
    .option('--accept <kind...>', 'accept a failed check: query, transform, removals, date, fill')
    .option('--by <name>', 'who accepts it')
    .option('--reason <text>', 'why')
    .option('--dry-run', 'say what would be done, and do nothing')
    .action(
      action(shell, async (_args, flags, context) => {
        const { runJob } = await import('../run-job.ts');
        return runJob(flags, context);
      }),
    );
  examples(command, [
    'lexdelta run --business-date 10-20-2021 --lex https://lex.inet',
    'lexdelta run --business-date 10-20-2021 --aws lexdelta',
    'lexdelta run --input job.json --lex ./lex-folder --data ./data',
    'lexdelta run --business-date 2021-10-20 --attempt 2 --accept transform \\',
    '  --by "Ada Lovelace" --reason "known: entity service is down"',
  ]);
}
