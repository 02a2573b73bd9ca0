import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addDemoCommand(program: Command, shell: Shell): void {
  const command = program
    .command('demo')
    .summary('see the whole job at work on 510 real agreements')
    .description(
      'Serves the sample Lex on this machine, imports its look-ups, runs two business days over HTTP, and says what to ' +
        'look at next. Its data folder stays until the next demo, which replaces it, unless it has a hold or a run of yours.',
    )
    .action(
      action(shell, async (_args, flags, context) => {
        const { runDemo } = await import('../demo/run-demo.ts');
        return runDemo(flags, context);
      }),
    );
  examples(command, ['lexdelta demo', 'lexdelta demo --data ./demo-data']);
}
