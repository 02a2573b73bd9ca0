import { type Command, Option } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';
import type { RawTextFlags } from '../rejected/tell-raw-text.ts';
import type { RejectedFlags } from '../rejected/tell-rejected.ts';

export function addRejectedCommand(program: Command, shell: Shell): void {
  const command = program
    .command('rejected')
    .argument('<run|date>', 'name of a run, or a business date: its last attempt')
    .summary('list the documents that a run rejected, and why')
    .description(
      'Lists the documents that are rejected as of a run, with rule, field and value. Of a run that published nothing: ' +
        'what it rejected itself. With --held-removals: the documents that it kept though Lex lists them no more.',
    )
    .option('--by-rule', 'count them by rule, the most frequent first, with an example of each')
    .option('--rule <id>', 'only what breaks this rule (docs/rules.md)')
    .option('--unreadable', 'only lines of Lex that could not be read')
    .option('--namespace <name>', 'only this namespace')
    .addOption(
      new Option('--held-removals', 'list the removals that were held back instead').conflicts([
        'byRule',
        'rule',
        'unreadable',
      ]),
    )
    .addOption(
      new Option(
        '--raw <lex id>',
        'print the text of this rejected document as Lex gave it; it may hold contact details',
      ).conflicts(['byRule', 'rule', 'unreadable', 'heldRemovals', 'limit']),
    )
    .option('--limit <n>', 'at most this many places a rule (default 10; with --json 10,000 in all, removals all)')
    .action(
      action<RejectedFlags & Partial<RawTextFlags>>(shell, async ([run = ''], flags, context) => {
        if (flags.heldRemovals === true) {
          const { tellHeldRemovals } = await import('../rejected/tell-held-removals.ts');
          return tellHeldRemovals(run, flags, context, () => {
            shell.dataOnOutput = true;
          });
        }
        if (flags.raw !== undefined) {
          const { tellRawText } = await import('../rejected/tell-raw-text.ts');
          return tellRawText(run, { ...flags, raw: flags.raw }, context, () => {
            shell.dataOnOutput = true;
          });
        }
        const { tellRejected } = await import('../rejected/tell-rejected.ts');
        return tellRejected(run, flags, context);
      }),
    );
  examples(command, [
    'lexdelta rejected 10-20-2021 --by-rule',
    'lexdelta rejected agreements-2021-10-20 --namespace mac --limit 20',
    'lexdelta rejected 10-20-2021 --rule A3.6-unknown --json',
    'lexdelta rejected 10-20-2021 --unreadable',
    'lexdelta rejected 10-20-2021 --held-removals',
    'lexdelta rejected 10-20-2021 --raw docman-0000000097 > document.json',
  ]);
}
