/** The work of `lexdelta entities impact` and `laws impact`. */
import type { AliasItem, EntityItem, LawItem, Use } from '../../agreements/look-up-items.ts';
import { entityKey, lawKey } from '../../agreements/look-up-key.ts';
import { PermanentError } from '../../errors.ts';
import { findImpact, type Impact } from '../../publish/find-impact.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { readWhole } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { PROGRAM } from '../program-name.ts';
import { plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import { lastTable } from './last-table.ts';
import { impactTable } from './render-impact.ts';

interface ImpactFlags extends GlobalFlags {
  readonly key: string;
  readonly limit?: string;
}

const DEFAULT_LIMIT = 10;

/** A look-up table as this command needs it. */
interface Table<T> {
  readonly command: string;
  readonly table: Use['table'];
  readonly keyOf: (text: string) => string;
  readonly find: (data: JobData, key: string) => Promise<T | null>;
  /** What is under the key, as the rest of a sentence. */
  readonly describe: (item: T | null) => string;
}

/** What was asked for, as an argument or as `--key`. @throws PermanentError `USAGE`: not once */
export function keyAsked(argument: string | undefined, flag: string | undefined): string {
  const key = argument ?? flag;
  if (key === undefined) throw new PermanentError('USAGE', 'Give a name, an identifier or a code.');
  if (argument !== undefined && flag !== undefined && argument !== flag) {
    throw new PermanentError('USAGE', `Give it once: "${argument}", or --key "${flag}".`);
  }
  return key;
}

export function tellEntityImpact(flags: ImpactFlags, context: Context): Promise<number> {
  return tellImpact<EntityItem | AliasItem>(flags, context, {
    command: 'entities-impact',
    table: 'Entity',
    keyOf: entityKey,
    find: ({ entities }, key) => entities.get(key),
    describe: describeEntity,
  });
}

export function tellLawImpact(flags: ImpactFlags, context: Context): Promise<number> {
  return tellImpact<LawItem>(flags, context, {
    command: 'laws-impact',
    table: 'GoverningLaw',
    keyOf: lawKey,
    find: ({ governingLaws }, key) => governingLaws.get(key),
    describe: (item) => (item === null ? 'no governing law' : `shown as ${item.display_name}`),
  });
}

async function tellImpact<T>(flags: ImpactFlags, context: Context, table: Table<T>): Promise<number> {
  const { terminal, services } = context;
  const limit = flags.limit === undefined ? DEFAULT_LIMIT : readWhole('--limit', flags.limit, 0, 1_000_000);
  const key = table.keyOf(flags.key);
  if (key === '') throw new PermanentError('USAGE', '--key needs a name, an identifier or a code.');
  const data = await services.openData(await placeOf(flags, context), 'read');
  try {
    const item = await table.find(data, key);
    const day = await lastTable(data);
    const isMeant = (use: Use) => use.key === key && use.table === table.table;
    const impact = day === null ? NO_IMPACT : await findImpact(data.jobDailyA3Data, day, { isMeant, key, limit });
    const as_of = day?.manifest.business_date ?? null;
    if (terminal.isJson) terminal.printJson(table.command, { key, item, as_of, ...impact });
    else print(`${key}: ${table.describe(item)}.`, as_of, impact, terminal);
    return 0;
  } finally {
    await data.close();
  }
}

const NO_IMPACT: Impact = { documents: 0, published: 0, rejected: 0, rows: 0, namespaces: [], examples: [] };

function describeEntity(item: EntityItem | AliasItem | null): string {
  if (item === null) return 'no entity; documents that name it find nothing';
  if (item.kind === 'alias') return `an alias of ${item.entity_id}`;
  if (item.status === 'pending') return 'an entity that waits for enrichment; documents that name it find nothing';
  const name = item.fields['CO.4'] ?? item.fields['CP.4'];
  return `the entity ${item.entity_id}${name === undefined ? '' : `, ${name}`}`;
}

function print(what: string, as_of: string | null, impact: Impact, terminal: Terminal): void {
  const { documents, examples } = impact;
  terminal.print(...wrap(harmless(what), terminal.width));
  if (as_of === null || documents === 0) {
    const nobody =
      as_of === null ? 'No table is published yet.' : `No document of the table as of ${as_of} rests on it.`;
    terminal.print(nobody);
    return;
  }
  const verb = documents === 1 ? 'rests' : 'rest';
  const rest = `${plural(documents, 'document')} of the table as of ${as_of} ${verb} on it.`;
  terminal.print(...wrap(rest, terminal.width), ...impactTable(impact, terminal.width));
  if (examples.length > 0) {
    const columns = [{ header: 'namespace', flexible: true }, { header: 'lex id', flexible: true }, { header: 'now' }];
    const cells = examples.map(({ namespace, lex_id, state }) => [namespace, lex_id, state]);
    terminal.print('', ...renderTable(columns, cells, terminal.width, '  '));
  }
  if (documents > examples.length) terminal.note(`There are more: --limit ${documents}`);
  const hint =
    'A change of this row by an import has the next run transform these documents again, and no others; after one by hand, ' +
    `or its deletion, ask for it: ${PROGRAM} replay --look-ups.`;
  terminal.note(...wrap(hint, terminal.errorWidth));
}
