import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';
import type { ReplayFlags } from '../request-replay.ts';

export function addReplayCommand(program: Command, shell: Shell): void {
  const command = program
    .command('replay')
    .summary('have documents transformed again by the next run')
    .description(
      'Asks the next run to transform documents again although they have not changed: those named, a whole namespace, or ' +
        'all that used a look-up row which is another now. Changes by `import` are found without that.',
    )
    .option('--namespace <name>', 'their namespace')
    .option('--ids <list>', 'lex ids, separated by commas')
    .option('--ids-file <file>', 'lex ids, one a line; - is standard input')
    .option('--all', 'the whole namespace')
    .option('--look-ups', 'compare every look-up row that was used, in all namespaces: after changes by hand')
    .requiredOption('--by <name>', 'who asks for it')
    .option('--dry-run', 'say what would be asked for, and do nothing')
    .action(
      action<ReplayFlags>(shell, async (_args, flags, context) => {
        const { requestReplay } = await import('../request-replay.ts');
        return requestReplay(flags, context);
      }),
    );
  examples(command, [
    'lexdelta replay --namespace mac --ids mac-0000000042,mac-0000000043 --by Ada',
    'lexdelta replay --namespace pwm --all --by Ada --dry-run',
    'lexdelta replay --look-ups --by Ada',
  ]);
}
