import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addHashesCommands(program: Command, shell: Shell): void {
  const hashes = program
    .command('hashes')
    .summary('rebuild the hashes that deltas are found by')
    .description('The hashes that deltas are found by.');
  examples(hashes, ['lexdelta hashes rebuild']);
  const rebuild = hashes
    .command('rebuild')
    .summary('restore AgreementHash from the published table')
    .description(
      'Restores AgreementHash from the table last published. The next run reads every document as if it were new, and ' +
        'publishes only what differs. Takes the lock: not while a run works.',
    )
    .action(
      action(shell, async (_args, flags, context) => {
        const { rebuildAllHashes } = await import('../rebuild-all-hashes.ts');
        return rebuildAllHashes(flags, context);
      }),
    );
  examples(rebuild, ['lexdelta hashes rebuild']);
}
