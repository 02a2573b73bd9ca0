import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

/** The commands of `lexdelta entities` about entities that nobody knew when they were looked up. */
export function addEnrichmentCommands(entities: Command, shell: Shell): void {
  addEnrich(entities, shell);
  const dead = entities
    .command('dead')
    .summary('list the questions that were given up')
    .description('Lists the questions about entities that enrichment has given up, with the reason of each.')
    .option('--limit <n>', 'at most this many (default 100)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { listDeadLetters } = await import('../dead-letters.ts');
        return listDeadLetters(flags, context);
      }),
    );
  examples(dead, ['lexdelta entities dead', 'lexdelta entities dead --json']);
  const retry = entities
    .command('retry')
    .summary('ask again what was given up')
    .description('Puts the questions that enrichment has given up back on its queue, as new ones.')
    .action(
      action(shell, async (_args, flags, context) => {
        const { retryDeadLetters } = await import('../dead-letters.ts');
        return retryDeadLetters(flags, context);
      }),
    );
  examples(retry, ['lexdelta entities retry && lexdelta entities enrich']);
  addServe(entities, shell);
}

function addServe(entities: Command, shell: Shell): void {
  const serve = entities
    .command('serve')
    .summary('serve the entities as an entity service')
    .description(
      'Serves the entities of a data folder as an entity service over HTTP, until it is stopped: to try enrichment ' +
        'against. Where LEXDELTA_ENTITY_TOKEN is set, it is asked for.',
    )
    .option('--port <port>', '0: any that is free (default 7710)')
    .option('--host <host>', 'address to listen on (default 127.0.0.1)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { serveEntities } = await import('../serve-entities.ts');
        return serveEntities(flags, context);
      }),
    );
  examples(serve, ['lexdelta entities import --cp all.csv --data known', 'lexdelta entities serve --data known']);
}

function addEnrich(entities: Command, shell: Shell): void {
  const enrich = entities
    .command('enrich')
    .summary('ask who the unknown entities are')
    .description(
      'Takes the questions about unknown entities from the queue, asks an entity service or GLEIF, and fills the answers in. The ' +
        'next run transforms the documents again that named them. The token of the service comes from LEXDELTA_ENTITY_TOKEN.',
    )
    .option('--service <url>', 'entity service (LEXDELTA_ENTITY_SERVICE)')
    .option('--gleif', 'ask the golden copy that was imported, after the service where there is one')
    .option('--role <role>', 'CO or CP: the table that entities known to GLEIF are put into (default none)')
    .option('--once', 'end when nothing waits (default)')
    .option('--follow', 'go on until it is stopped')
    .option('--pending', 'ask about every pending entity, not only those with a question on the queue')
    .option('--max-tries <n>', 'tries before a question is given up (default 5)')
    .option('--parallel <n>', 'questions at once (default 8)')
    .action(
      action(shell, async (_args, flags, context) => {
        const { enrichEntities } = await import('../enrich-entities.ts');
        return enrichEntities(flags, context);
      }),
    );
  examples(enrich, [
    'LEXDELTA_ENTITY_TOKEN=… lexdelta entities enrich --service https://entities.inet',
    'lexdelta entities enrich --service https://entities.inet --follow',
    'lexdelta entities enrich --gleif --role CP',
  ]);
}
