/** The work of `lexdelta entities imports` and `laws imports`. */
import { listImports, type NumberedImport } from '../stores/look-up-imports.ts';
import { readWhole } from './arguments.ts';
import type { Context, GlobalFlags } from './context.ts';
import { placeOf } from './define-command.ts';
import { count, utcTime } from './terminal/figures.ts';
import { type Column, renderTable } from './terminal/table.ts';

interface ImportsFlags extends GlobalFlags {
  readonly limit?: string;
}

const DEFAULT_LIMIT = 20;
const SHOWN_DIGITS = 8;

const figure = (header: string): Column => ({ header, align: 'right' });
const COLUMNS: readonly Column[] = [
  figure('import'),
  { header: 'time (UTC)' },
  { header: 'by', flexible: true },
  { header: 'file', flexible: true },
  { header: 'sha-256' },
  figure('new'),
  figure('changed'),
  figure('out'),
];

/** The newest first; a line a file. */
export async function listImportsOf(
  tables: 'entities' | 'laws',
  flags: ImportsFlags,
  context: Context,
): Promise<number> {
  const { terminal, services } = context;
  const limit = flags.limit === undefined ? DEFAULT_LIMIT : readWhole('--limit', flags.limit, 1, 1_000_000);
  const data = await services.openData(await placeOf(flags, context), 'read');
  try {
    const items: NumberedImport[] = [];
    let more = false;
    for await (const one of listImports(data.jobDailyA3Data)) {
      if ((one.kind === 'laws') !== (tables === 'laws')) continue;
      more = items.length === limit;
      if (more) break;
      items.push(one);
    }
    if (terminal.isJson) terminal.printJson(`${tables}-imports`, { items, more });
    else if (items.length === 0) terminal.note('None.');
    else terminal.print(...renderTable(COLUMNS, items.flatMap(rowsOf), terminal.width));
    if (more) terminal.note(`There are more: --limit ${limit * 10}`);
    return 0;
  } finally {
    await data.close();
  }
}

/** What the import did as a whole stands in the line of its first file. */
function rowsOf({ number, at, by, files, keys, removed }: NumberedImport): readonly (readonly string[])[] {
  const when = utcTime(at).slice(0, 'YYYY-MM-DD hh:mm'.length);
  return files.map(({ name, sha256 }, i) => {
    const file = [name, sha256.slice(0, SHOWN_DIGITS)];
    if (i > 0) return ['', '', '', ...file, '', '', ''];
    const figures = [count(keys?.new ?? 0), count(keys?.changed ?? 0)];
    return [String(number), when, by ?? '', ...file, ...(keys === null ? ['', ''] : figures), count(removed)];
  });
}
