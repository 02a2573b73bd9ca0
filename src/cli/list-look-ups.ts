/** The work of `lexdelta entities list` and `laws list`. */
import type { AliasItem, EntityItem, EntityRole, LawItem } from '../agreements/look-up-items.ts';
import { entityKey, lawKey } from '../agreements/look-up-key.ts';
import { PermanentError } from '../errors.ts';
import type { JobData } from '../runtime/job-data.ts';
import { readWhole } from './arguments.ts';
import type { Context, GlobalFlags } from './context.ts';
import { placeOf } from './define-command.ts';
import { type Column, renderTable } from './terminal/table.ts';

interface ListFlags extends GlobalFlags {
  readonly prefix?: string;
  readonly limit?: string;
}
interface EntityFlags extends ListFlags {
  readonly role?: string;
  readonly status?: string;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000_000;

export async function listEntities(flags: EntityFlags, context: Context): Promise<number> {
  const role = oneOf<EntityRole>('--role', flags.role?.toUpperCase(), ['CO', 'CP']);
  const status = oneOf<EntityItem['status']>('--status', flags.status, ['active', 'pending']);
  return list<EntityItem | AliasItem>(flags, context, {
    command: 'entities-list',
    columns: ENTITY_COLUMNS,
    cells: entityCells,
    items: ({ entities }) =>
      entities.list({
        ...(flags.prefix === undefined ? {} : { prefix: entityKey(flags.prefix) }),
        ...(status === null ? {} : { status }),
      }),
    isWanted: (item) => role === null || (item.kind === 'entity' && item.roles.includes(role)),
  });
}

export async function listLaws(flags: ListFlags, context: Context): Promise<number> {
  return list<LawItem>(flags, context, {
    command: 'laws-list',
    columns: [
      { header: 'law key', flexible: true },
      { header: 'shown as', flexible: true },
    ],
    cells: (item) => [item.law_key, item.display_name],
    items: ({ governingLaws }) =>
      governingLaws.list(flags.prefix === undefined ? {} : { prefix: lawKey(flags.prefix) }),
    isWanted: () => true,
  });
}

interface Listing<T> {
  readonly command: string;
  readonly columns: readonly Column[];
  readonly cells: (item: T) => readonly string[];
  readonly items: (data: JobData) => AsyncIterable<T>;
  readonly isWanted: (item: T) => boolean;
}

async function list<T>(flags: ListFlags, context: Context, listing: Listing<T>): Promise<number> {
  const { terminal, services } = context;
  const limit = flags.limit === undefined ? DEFAULT_LIMIT : readWhole('--limit', flags.limit, 1, MAX_LIMIT);
  const data = await services.openData(await placeOf(flags, context), 'read');
  try {
    const items: T[] = [];
    let hasMore = false;
    for await (const item of listing.items(data)) {
      if (!listing.isWanted(item)) continue;
      hasMore = items.length === limit;
      if (hasMore) break;
      items.push(item);
    }
    if (terminal.isJson) terminal.printJson(listing.command, { items, more: hasMore });
    else if (items.length === 0) terminal.note('None.');
    else terminal.print(...renderTable(listing.columns, items.map(listing.cells), terminal.width));
    if (hasMore) terminal.note(`There are more: --limit ${limit * 10}`);
    return 0;
  } finally {
    await data.close();
  }
}

const ENTITY_COLUMNS: readonly Column[] = [
  { header: 'key', flexible: true },
  { header: 'entity', flexible: true },
  { header: 'roles' },
  { header: 'status' },
  { header: 'name', flexible: true },
];

function entityCells(item: EntityItem | AliasItem): readonly string[] {
  if (item.kind === 'alias') return [item.entity_key, item.entity_id, '', 'alias', ''];
  const name = item.fields['CO.4'] ?? item.fields['CP.4'] ?? '';
  return [item.entity_key, item.entity_id, item.roles.join(' '), item.status, name];
}

function oneOf<T extends string>(flag: string, text: string | undefined, known: readonly T[]): T | null {
  if (text === undefined) return null;
  const found = known.find((value) => value === text);
  if (found !== undefined) return found;
  throw new PermanentError('USAGE', `${flag} is "${text}", expected ${known.join(' or ')}.`);
}
