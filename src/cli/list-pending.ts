/** The work of `lexdelta entities pending`. */
import { compareBytes } from '../agreements/byte-order.ts';
import type { EntityItem } from '../agreements/look-up-items.ts';
import { findWaiting, type Waiting } from '../publish/waiting-documents.ts';
import type { JobData } from '../runtime/job-data.ts';
import { readWhole } from './arguments.ts';
import type { Context, GlobalFlags } from './context.ts';
import { flagsForHints, placeOf } from './define-command.ts';
import { lastTable } from './impact/last-table.ts';
import { PROGRAM } from './program-name.ts';
import { count, plural } from './terminal/figures.ts';
import { type Column, renderTable } from './terminal/table.ts';
import type { Terminal } from './terminal/terminal.ts';
import { wrap } from './terminal/wrap.ts';

interface PendingFlags extends GlobalFlags {
  readonly limit?: string;
}

type Pending = EntityItem & Waiting;

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000_000;
const NOBODY: Waiting = { documents: 0, since: null };

const COLUMNS: readonly Column[] = [
  { header: 'entity', flexible: true },
  { header: 'documents', align: 'right' },
  { header: 'since' },
];

/** Those that most documents wait for first. Holds what is pending. */
export async function listPendingEntities(flags: PendingFlags, context: Context): Promise<number> {
  const { terminal, services } = context;
  const limit = flags.limit === undefined ? DEFAULT_LIMIT : readWhole('--limit', flags.limit, 1, MAX_LIMIT);
  const data = await services.openData(await placeOf(flags, context), 'read');
  try {
    const { as_of, pending } = await readPending(data);
    const items = pending.slice(0, limit);
    const more = pending.length > limit;
    if (terminal.isJson) terminal.printJson('entities-pending', { as_of, items, more });
    else print(items, pending.length, as_of, flagsForHints(flags), terminal);
    if (more) terminal.note(`There are more: --limit ${pending.length}`);
    return 0;
  } finally {
    await data.close();
  }
}

async function readPending(
  data: JobData,
): Promise<{ readonly as_of: string | null; readonly pending: readonly Pending[] }> {
  const items = new Map<string, EntityItem>();
  for await (const item of data.entities.list({ status: 'pending' })) {
    if (item.kind === 'entity') items.set(item.entity_key, item);
  }
  const day = await lastTable(data);
  const waiting =
    day === null || items.size === 0
      ? new Map<string, Waiting>()
      : await findWaiting(data.jobDailyA3Data, day, 'Entity', items);
  const pending = [...items.values()].map((item) => ({ ...item, ...(waiting.get(item.entity_key) ?? NOBODY) }));
  pending.sort((a, b) => b.documents - a.documents || compareBytes(a.entity_key, b.entity_key));
  return { as_of: day?.manifest.business_date ?? null, pending };
}

function print(
  items: readonly Pending[],
  total: number,
  as_of: string | null,
  hints: string,
  terminal: Terminal,
): void {
  if (total === 0) {
    terminal.note('None.');
    return;
  }
  const cells = items.map(({ entity_id, documents, since }) => [entity_id, count(documents), since ?? '']);
  terminal.print(...renderTable(COLUMNS, cells, terminal.width));
  const table = as_of === null ? 'No table is published yet' : `Documents of the table as of ${as_of}`;
  const text = `${plural(total, 'entity', 'entities')} that nobody knows yet. ${table}.`;
  terminal.note(...wrap(text, terminal.errorWidth), `Next: ${PROGRAM} entities enrich${hints}`);
}
