import type { Command } from 'commander';
import { action, examples, type Shell } from '../define-command.ts';

export function addLexCommands(program: Command, shell: Shell): void {
  const lex = program.command('lex').summary('serve a Lex to try against').description('A Lex to try against.');
  examples(lex, ['lexdelta lex serve']);
  const serve = lex
    .command('serve')
    .summary('serve a folder as a Lex over HTTP')
    .description('Serves a folder (one file <namespace>.ndjson a namespace) as a Lex over HTTP, until it is stopped.')
    .option('--folder <folder>', 'the folder (default: the sample, day one)')
    .option('--port <port>', '0: any that is free (default 7700)')
    .option('--host <host>', 'address to listen on (default 127.0.0.1)')
    .option(
      '--faults <list>',
      'shares of requests that fail: 503, 429, 500, cut, reset, slow, short, empty; beside seed, slow_ms, retry_after',
    )
    .action(
      action(shell, async (_args, flags, context) => {
        const { serveLex } = await import('../serve-lex.ts');
        return serveLex(flags, context);
      }),
    );
  examples(serve, [
    'lexdelta lex serve',
    'lexdelta lex serve --folder ./documents --port 7701',
    'lexdelta lex serve --faults 503=0.1,cut=0.05,reset=0.02,seed=7',
  ]);
}
