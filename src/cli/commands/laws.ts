import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addLawsCommands(program: Command, shell: Shell): void {
  const laws = program
    .command('laws')
    .summary('import and list governing laws')
    .description('The governing laws that agreements name, and how Table A-3 shows them. A list is built in.');
  examples(laws, ['lexdelta laws import laws.csv']);
  const command = laws
    .command('import')
    .argument('<file>', 'columns law_key,display_name')
    .summary('import governing laws')
    .description('Imports governing laws: all of the file or nothing.')
    .option('--allow-rejects', 'leave out refused lines, import the others')
    .option('--by <name>', 'who imports, for the record (default: the user of the operating system)')
    .option('--dry-run', 'say what would change and which documents that touches, and write nothing')
    .action(
      action(shell, async ([file = ''], flags, context) => {
        const { importLaws } = await import('../import-look-ups.ts');
        return importLaws(file, flags, context);
      }),
    );
  examples(command, ['lexdelta laws import laws.csv', 'lexdelta laws import laws.csv --dry-run']);
  const imports = laws
    .command('imports')
    .summary('list who imported what, and when')
    .description(
      'Lists the imports of governing laws, the newest first: who imported which file and when, and what changed.',
    )
    .option('--limit <n>', 'at most this many (default 20)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { listImportsOf } = await import('../list-imports.ts');
        return listImportsOf('laws', flags, context);
      }),
    );
  examples(imports, ['lexdelta laws imports', 'lexdelta laws imports --json']);
  const impact = laws
    .command('impact')
    .argument('[text]', 'the same as --key')
    .summary('say which documents rest on a governing law')
    .description('Says which documents of the table last published rest on a governing law.')
    .option('--key <text>', 'as it occurs in documents, or an ISO 3166 code')
    .option('--limit <n>', 'at most this many documents by name (default 10)')
    .action(
      action<{ readonly key?: string }>(shell, async ([text], flags, context) => {
        const { keyAsked, tellLawImpact } = await import('../impact/tell-impact.ts');
        return tellLawImpact({ ...flags, key: keyAsked(text, flags.key) }, context);
      }),
    );
  examples(impact, ['lexdelta laws impact --key "New York"', 'lexdelta laws impact US-NY --json']);
  const list = laws
    .command('list')
    .summary('list governing laws')
    .description('Lists governing laws, ascending by key.')
    .option('--prefix <text>', 'only keys that begin so')
    .option('--limit <n>', 'at most this many (default 100)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { listLaws } = await import('../list-look-ups.ts');
        return listLaws(flags, context);
      }),
    );
  examples(list, ['lexdelta laws list --prefix "new york"']);
}
