/** The Lex that every contender reads, in a process of its own. Prints its URL. */
import { startLexServer } from '../src/lex/lex-server.ts';

const server = await startLexServer({ folder: process.argv[2]!, port: 0, cacheBytes: 2 ** 30 });
console.log(server.url);
