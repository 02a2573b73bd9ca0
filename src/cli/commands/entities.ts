import type { Command } from 'commander';
import { PermanentError } from '../../errors.ts';
import { action, examples, type Shell } from '../define-command.ts';
import { addEnrichmentCommands } from './enrichment.ts';

export function addEntitiesCommands(program: Command, shell: Shell): void {
  const entities = program
    .command('entities')
    .summary('import, list and enrich entities')
    .description('The entities that agreements name: records entities (CO) and counterparties (CP).');
  examples(entities, ['lexdelta entities import --co co.csv --cp cp.csv --aliases aliases.csv']);
  addImport(entities, shell);
  addImports(entities, shell);
  addImpact(entities, shell);
  addEnrichmentCommands(entities, shell);
  const list = entities
    .command('list')
    .summary('list entities and aliases')
    .description('Lists entities and aliases, ascending by key.')
    .option('--prefix <text>', 'only keys that begin so')
    .option('--role <role>', 'only CO, or only CP')
    .option('--status <status>', 'only active, or only pending')
    .option('--limit <n>', 'at most this many (default 100)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { listEntities } = await import('../list-look-ups.ts');
        return listEntities(flags, context);
      }),
    );
  examples(list, ['lexdelta entities list --prefix "goldman" --role CO']);
  const pending = entities
    .command('pending')
    .summary('list the entities that wait for enrichment')
    .description(
      'Lists the entities that documents named and nobody knows yet, with how many documents of the table last published wait ' +
        'for each, and since when they are rejected; those that most of them wait for first.',
    )
    .option('--limit <n>', 'at most this many (default 100)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { listPendingEntities } = await import('../list-pending.ts');
        return listPendingEntities(flags, context);
      }),
    );
  examples(pending, ['lexdelta entities pending', 'lexdelta entities pending --json']);
}

function addImports(entities: Command, shell: Shell): void {
  const command = entities
    .command('imports')
    .summary('list who imported what, and when')
    .description(
      'Lists the imports of master tables, aliases and golden copies, the newest first: who imported which files and when, and how ' +
        'many keys were new, had changed, or went out of a master table.',
    )
    .option('--limit <n>', 'at most this many (default 20)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { listImportsOf } = await import('../list-imports.ts');
        return listImportsOf('entities', flags, context);
      }),
    );
  examples(command, ['lexdelta entities imports', 'lexdelta entities imports --json']);
}

function addImpact(entities: Command, shell: Shell): void {
  const command = entities
    .command('impact')
    .argument('[text]', 'the same as --key')
    .summary('say which documents rest on an entity')
    .description(
      'Says which documents of the table last published rest on an entity, an alias, or on its absence. Those that found ' +
        'the entity through an alias are among them.',
    )
    .option('--key <text>', 'a name or an identifier')
    .option('--limit <n>', 'at most this many documents by name (default 10)')
    .action(
      action<{ readonly key?: string }>(shell, async ([text], flags, context) => {
        const { keyAsked, tellEntityImpact } = await import('../impact/tell-impact.ts');
        return tellEntityImpact({ ...flags, key: keyAsked(text, flags.key) }, context);
      }),
    );
  examples(command, [
    'lexdelta entities impact --key "Goldman Sachs International"',
    'lexdelta entities impact W22LROWP2IHZNBB6K528 --json',
  ]);
}

interface ImportFlags {
  readonly co?: string;
  readonly cp?: string;
  readonly aliases?: string;
  readonly gleif?: string;
  readonly gleifRelationships?: string;
}

function addImport(entities: Command, shell: Shell): void {
  const command = entities
    .command('import')
    .summary('import master tables and aliases')
    .description(
      'Imports the Corporate Organization and Counterparty master tables and aliases: in any combination, all of the ' +
        'files or none. Columns are separated by , or ~, the first line names them.',
    )
    .option('--co <file>', 'Corporate Organization master table')
    .option('--cp <file>', 'Counterparty master table')
    .option('--aliases <file>', 'aliases: alias,entity_id')
    .option('--complete', 'the master tables are whole: who is no longer named goes out of them')
    .option('--allow-removals', 'also when more than 5 % of them go')
    .option('--gleif <file>', 'golden copy of GLEIF, level 1 (CSV, .gz or .zip); takes the place of the last one')
    .option('--gleif-relationships <file>', 'its level 2, for parents')
    .option('--allow-rejects', 'leave out refused lines, import the others')
    .option('--by <name>', 'who imports, for the record (default: the user of the operating system)')
    .option('--dry-run', 'say what would change and which documents that touches, and write nothing')
    .action(
      action<ImportFlags>(shell, async (_args, flags, context) => {
        if (flags.gleif !== undefined || flags.gleifRelationships !== undefined) {
          refuseMasterTables(flags);
          const { importGleif } = await import('../import-gleif.ts');
          return importGleif(flags, context);
        }
        const { importEntities } = await import('../import-look-ups.ts');
        return importEntities(flags, context);
      }),
    );
  examples(command, [
    'lexdelta entities import --co co.csv --cp cp.csv --aliases aliases.csv',
    'lexdelta entities import --aliases more-aliases.csv --allow-rejects',
    'lexdelta entities import --gleif lei2.csv.zip --gleif-relationships rr.csv.zip',
    'lexdelta entities import --cp corrected.csv --dry-run',
  ]);
}

/** Together it would be unclear what stays when one of them is refused, and whose status the entities get. */
function refuseMasterTables({ co, cp, aliases }: ImportFlags): void {
  if (co === undefined && cp === undefined && aliases === undefined) return;
  throw new PermanentError(
    'USAGE',
    'A golden copy is an import by itself: it is all or none without the other files, and brings its LEI statuses to the ' +
      'entities that are there. Import the master tables and aliases first, then the golden copy.',
  );
}
