import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addPointersCommands(program: Command, shell: Shell): void {
  const pointers = program
    .command('pointers')
    .summary('rebuild the files that say which table a date means')
    .description('The files that say which table a date means (as_of/<date>.json).');
  examples(pointers, ['lexdelta pointers rebuild']);
  const rebuild = pointers
    .command('rebuild')
    .summary('write missing or wrong pointers again')
    .description(
      'Writes the pointers of dates again that are missing or wrong, from the line of published tables and from JobStats. ' +
        'Changes nothing else. Exit code 1 when a published table is lost.',
    )
    .action(
      action(shell, async (_args, flags, context) => {
        const { rebuildAllPointers } = await import('../rebuild-all-pointers.ts');
        return rebuildAllPointers(flags, context);
      }),
    );
  examples(rebuild, ['lexdelta pointers rebuild', 'lexdelta pointers rebuild --aws lexdelta --json']);
}
