import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addMappingsCommands(program: Command, shell: Shell): void {
  const mappings = program
    .command('mappings')
    .summary('try a mapping before it is in force')
    .description(
      'How documents of a namespace become rows of Table A-3: a module a namespace, and the rules in force.',
    );
  examples(mappings, ['lexdelta mappings impact --module ./mac-2.mjs --lex https://lex.inet']);
  const impact = mappings
    .command('impact')
    .summary('say what another mapping or other rules would change')
    .description(
      'Transforms the documents that Lex lists now twice, by the mapping in force and by the given one, and says what ' +
        'would differ. Writes nothing.',
    )
    .option('--module <file>', "a namespace's module, as the configuration would name it")
    .option('--rules <file>', 'severities by rule id, as JSON, on top of those in force')
    .option('--namespace <name>', "this one alone (default: the module's, or all of the last table)")
    .option('--sample <n>', 'at most this many examples a namespace (default 5)')
    .option('--lex <url|folder>', 'where Lex is (LEXDELTA_LEX)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { tellMappingImpact } = await import('../impact/tell-mapping-impact.ts');
        return tellMappingImpact(flags, context);
      }),
    );
  examples(impact, [
    'lexdelta mappings impact --module ./mac-2.mjs --lex https://lex.inet',
    'lexdelta mappings impact --rules stricter.json --namespace docman --sample 20',
  ]);
}
