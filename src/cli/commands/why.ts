import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';
import type { WhyFlags } from '../why/tell-why.ts';

export function addWhyCommand(program: Command, shell: Shell): void {
  const command = program
    .command('why')
    .argument('<agreement>', 'A3.3 or lex id, alone or as namespace/id')
    .summary('say why an agreement is in the table as it is, or is not')
    .description(
      "Tells an agreement's time line over the published days: what each did to it, which fields differ, and what made " +
        'them differ: the document, the mapping or its rules, or a look-up row. Of one that is not in the table: why not. ' +
        'Contact details are masked.',
    )
    .option('--between <dates...>', 'only days from one date to another')
    .option('--namespace <name>', 'only this namespace')
    .action(
      action<WhyFlags>(shell, async ([agreement = ''], flags, context) => {
        const { tellWhy } = await import('../why/tell-why.ts');
        return tellWhy(agreement, flags, context);
      }),
    );
  examples(command, [
    'lexdelta why cuad-0080',
    'lexdelta why mac/mac-0000000080 --between 10-20-2021 10-25-2021',
    'lexdelta why docman-0000000145 --json',
  ]);
}
