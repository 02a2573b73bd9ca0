/** The header row of a look-up file: which columns are there, and what is wrong with one that does not fit. */
import { lawKey } from '../look-up-key.ts';
import { excerpt } from '../table-a3/text.ts';
import { MASTER_COLUMNS } from './master-columns.ts';

/** A column that somebody is looking for, by any of its names. The first is the one shown in messages. */
export interface ColumnNames {
  readonly names: readonly string[];
  readonly isNeeded: boolean;
}

export interface Header {
  readonly length: number;
  /** First name of the column, or `null` for one that nobody looks for. */
  readonly names: readonly (string | null)[];
  /** The columns that somebody looks for. */
  readonly known: readonly { readonly name: string; readonly index: number }[];
}

/** What a header has besides, and what it has not; names as they stand, cut. */
export interface HeaderGaps {
  /** Columns that nobody looks for. */
  readonly unread: readonly string[];
  /** Columns that are looked for, and need not be there. */
  readonly absent: readonly string[];
}

/** The header does not fit. `message` is the rest of a sentence. */
export class WrongHeader extends Error {}

const MAX_SHOWN = 60;

/** @throws WrongHeader: a needed column missing, a column twice */
export function readHeader(cells: readonly string[], columns: readonly ColumnNames[]): Header {
  const names = cells.map(
    (cell) => columns.find((column) => column.names.some((name) => isSame(name, cell)))?.names[0],
  );
  for (const { names: known, isNeeded } of columns) {
    const count = names.filter((name) => name === known[0]).length;
    const column = known.join(' / ');
    if (count > 1) throw new WrongHeader(`the column ${column} is there twice`);
    if (count === 0 && isNeeded) throw new WrongHeader(`the column ${column} is missing${hint(cells)}`);
  }
  const known = names.flatMap((name, index) => (name === undefined ? [] : [{ name, index }]));
  return { length: cells.length, names: names.map((name) => name ?? null), known };
}

export function gapsOf(
  { names, known }: Header,
  cells: readonly string[],
  columns: readonly ColumnNames[],
): HeaderGaps {
  const there = new Set(known.map(({ name }) => name));
  return {
    unread: cells.filter((_, i) => names[i] === null).map((cell) => excerpt(cell.trim(), MAX_SHOWN)),
    absent: columns.map(({ names: [first = ''] }) => first).filter((name) => !there.has(name)),
  };
}

function hint(cells: readonly string[]): string {
  const other = OTHER_TABLES.find(({ names }) => cells.some((cell) => names.some((name) => isSame(name, cell))));
  if (other !== undefined) return `: it looks like ${other.what}`;
  const [only = ''] = cells;
  const separator = cells.length > 1 ? undefined : [';', '\t', '|'].find((one) => only.includes(one));
  if (separator !== undefined) {
    const shown = separator === '\t' ? 'tabs' : `\`${separator}\``;
    return `: its columns seem to be separated by ${shown}, and only \`,\` and \`~\` are read`;
  }
  return `: the first line is ${JSON.stringify(excerpt(cells.join(','), MAX_SHOWN))}`;
}

/** What somebody may have given by mistake, by a column that no other has. */
const OTHER_TABLES: readonly { readonly names: readonly string[]; readonly what: string }[] = [
  master('CO', 'the Corporate Organization master table (--co)'),
  master('CP', 'the Counterparty master table (--cp)'),
  { names: ['alias'], what: 'a file of aliases (--aliases)' },
  { names: ['law_key'], what: 'a file of governing laws (lexdelta laws import)' },
  { names: ['Entity.LegalName'], what: "level 1 of GLEIF's golden copy (--gleif)" },
  { names: ['Relationship.StartNode.NodeID'], what: "level 2 of GLEIF's golden copy (--gleif-relationships)" },
];

function master(role: 'CO' | 'CP', what: string) {
  const { field, officialName } = MASTER_COLUMNS[role][0]!;
  return { names: [field, officialName], what };
}

function isSame(name: string, cell: string): boolean {
  return plain(name) === plain(cell);
}

function plain(name: string): string {
  return lawKey(lawKey(name).replace(/\?$/, ''));
}
