/** The work of `lexdelta entities dead` and `entities retry`. */

import { readWhole } from './arguments.ts';
import type { Context, GlobalFlags } from './context.ts';
import { flagsForHints, placeOf } from './define-command.ts';
import { PROGRAM } from './program-name.ts';
import { count, plural } from './terminal/figures.ts';
import { type Column, renderTable } from './terminal/table.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 100_000;

const COLUMNS: readonly Column[] = [
  { header: 'entity', flexible: true },
  { header: 'document' },
  { header: 'tries', align: 'right' },
  { header: 'reason', flexible: true },
];

export async function listDeadLetters(
  flags: GlobalFlags & { readonly limit?: string },
  context: Context,
): Promise<number> {
  const { terminal, services } = context;
  const limit = flags.limit === undefined ? DEFAULT_LIMIT : readWhole('--limit', flags.limit, 1, MAX_LIMIT);
  const data = await services.openData(await placeOf(flags, context), 'read');
  try {
    const letters = await data.enrichmentQueue.dead(limit);
    const total = Math.max(letters.length, await data.enrichmentQueue.deadCount());
    if (terminal.isJson) {
      terminal.printJson('entities-dead', { letters, total });
      return 0;
    }
    const rows = letters.map(({ message, tries, reason }) => {
      const document = message === null ? '' : `${message.namespace} ${message.lex_id}`;
      return [message?.text ?? '(not readable)', document, tries === null ? '?' : count(tries), reason];
    });
    if (rows.length === 0) terminal.note('None.');
    else terminal.print(...renderTable(COLUMNS, rows, terminal.width));
    if (total > letters.length) terminal.note(`There are more: ${count(total)} in all.`);
    if (rows.length > 0) terminal.note(`To ask again: ${PROGRAM} entities retry${flagsForHints(flags)}`);
    return 0;
  } finally {
    await data.close();
  }
}

export async function retryDeadLetters(flags: GlobalFlags, context: Context): Promise<number> {
  const { terminal, services } = context;
  const data = await services.openData(await placeOf(flags, context), 'write');
  try {
    const sent = await data.enrichmentQueue.retryDead();
    if (terminal.isJson) terminal.printJson('entities-retry', { sent });
    else terminal.print(`${plural(sent, 'question')} put back on the queue`);
    if (sent > 0) terminal.note(`Next: ${PROGRAM} entities enrich${flagsForHints(flags)}`);
    return 0;
  } finally {
    await data.close();
  }
}
