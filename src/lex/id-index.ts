/** Finds a document by its id in a file of ascending ids: a search over every 64th row, then a look at 64 rows. */
import { ROWS_PER_GROUP } from './line-index.ts';
import { LineSplitter } from './line-splitter.ts';
import type { NamespaceFile } from './namespace-file.ts';

/** The first id of every group that has one, in order. */
export interface IdIndex {
  readonly groups: readonly { readonly group: number; readonly id: Buffer }[];
}

export interface RowPlace {
  /** The document's bytes, or `null` when no row has that id. */
  readonly row: Buffer | null;
  /** Number of the row that follows the id. */
  readonly next: number;
}

interface Names {
  readonly namespace: string;
  readonly maxRowBytes: number;
}

/** @returns `null` when the ids do not ascend: then a search could miss a document that is there */
export async function indexIds(
  file: NamespaceFile,
  names: Names,
  readId: (row: Buffer) => Buffer | null,
): Promise<IdIndex | null> {
  const groups: { group: number; id: Buffer }[] = [];
  let previous: Buffer | null = null;
  let number = 0;
  for await (const rows of rowsBetween(file, names, 0, file.sizeBytes)) {
    for (const row of rows) {
      const group = Math.floor(number / ROWS_PER_GROUP);
      number += 1;
      const id = readId(row);
      if (id === null) continue;
      if (previous !== null && previous.compare(id) > 0) return null;
      previous = id;
      if (groups.at(-1)?.group !== group) groups.push({ group, id: Buffer.from(id) });
    }
  }
  return { groups };
}

export async function findRow(
  file: NamespaceFile,
  names: Names,
  { groups }: IdIndex,
  readId: (row: Buffer) => Buffer | null,
  wanted: Buffer,
): Promise<RowPlace> {
  const at = lastAtOrBelow(groups, wanted);
  if (at === -1) return { row: null, next: 0 };
  const first = groups[at]!.group * ROWS_PER_GROUP;
  const end = (groups[at + 1]?.group ?? Number.POSITIVE_INFINITY) * ROWS_PER_GROUP;
  let number = first;
  let next = first;
  let found: Buffer | null = null;
  for await (const rows of rowsBetween(file, names, file.groupOf(first).position, file.endOfGroup(end))) {
    for (const row of rows) {
      number += 1;
      const order = readId(row)?.compare(wanted) ?? 1;
      if (order <= 0) next = number;
      if (order === 0) found ??= row;
    }
  }
  return { row: found, next };
}

function lastAtOrBelow(groups: IdIndex['groups'], wanted: Buffer): number {
  let low = 0;
  let high = groups.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (groups[middle]!.id.compare(wanted) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Rows that end between two positions; an unfinished last line is none. */
async function* rowsBetween(file: NamespaceFile, names: Names, start: number, end: number): AsyncGenerator<Buffer[]> {
  const splitter = new LineSplitter({ ...names, offset: 0 }, start === 0);
  for await (const block of file.blocks(start, end)) {
    const rows: Buffer[] = [];
    splitter.push(block, rows);
    yield rows;
  }
}
