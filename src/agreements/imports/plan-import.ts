/** Works out what an import will write, before anything is written. */
import type { AliasItem, EntityItem, LawItem } from '../look-up-items.ts';
import type { MasterRow } from './master-table.ts';
import { type Merged, mergeEntity } from './merge-entity.ts';
import type { ImportLine, Refusal } from './read-table.ts';

export interface ImportFile<T> {
  /** Names the file in refusals. */
  readonly file: string;
  readonly lines: AsyncIterable<ImportLine<T>>;
}

export interface FileCounts {
  readonly file: string;
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
}

/** Keys of the table, however many files or lines name them. */
export interface KeyCounts {
  /** That the table did not hold, or only as a placeholder. */
  readonly new: number;
  readonly changed: number;
}

export interface ImportPlan<T> {
  /** To write, by key. A key that was written differently before is among them: documents that used it are transformed again. */
  readonly items: ReadonlyMap<string, T>;
  readonly keys: KeyCounts;
  /** A file each, in the order given. Rows are counted by what they are to the table as it stands, not to an earlier file. */
  readonly counts: readonly FileCounts[];
  /** At most {@link MAX_REFUSALS}, in the order found; the counts are complete. */
  readonly refusals: readonly (Refusal & { readonly file: string })[];
}

/** Nobody mends more lines at once than this. */
export const MAX_REFUSALS = 1_000;

/**
 * Master tables and aliases, one after the other: a later file sees what an earlier one will have written.
 * @param current the item that the table holds under a key now
 * @throws as the files' readers
 */
export function planEntityImport(
  files: readonly ImportFile<MasterRow | AliasItem>[],
  current: (key: string) => Promise<EntityItem | AliasItem | null>,
): Promise<ImportPlan<EntityItem | AliasItem>> {
  return plan<MasterRow | AliasItem, EntityItem | AliasItem>(files, current, (row) => row.entity_key, mergeEntity);
}

/** As {@link planEntityImport}, for governing laws. */
export function planLawImport(
  files: readonly ImportFile<LawItem>[],
  current: (key: string) => Promise<LawItem | null>,
): Promise<ImportPlan<LawItem>> {
  return plan<LawItem, LawItem>(
    files,
    current,
    (law) => law.law_key,
    (law, known) => {
      if (known === null) return { outcome: 'new', item: law };
      return known.version === law.version ? { outcome: 'unchanged' } : { outcome: 'changed', item: law };
    },
  );
}

type MergedAs<T> =
  | Exclude<Merged, { readonly item: unknown }>
  | { readonly outcome: 'new' | 'changed'; readonly item: T };

async function plan<R, T>(
  files: readonly ImportFile<R>[],
  current: (key: string) => Promise<T | null>,
  keyOf: (row: R) => string,
  merge: (row: R, current: T | null) => MergedAs<T>,
): Promise<ImportPlan<T>> {
  const written = new Map<string, { readonly item: T; readonly outcome: 'new' | 'changed' }>();
  const counts: FileCounts[] = [];
  const refusals: (Refusal & { file: string })[] = [];
  for (const { file, lines } of files) {
    const count = { new: 0, changed: 0, unchanged: 0, refused: 0 };
    const refuse = (refusal: Refusal) => {
      count.refused += 1;
      if (refusals.length < MAX_REFUSALS) refusals.push({ file, ...refusal });
    };
    for await (const line of lines) {
      if (!line.ok) {
        refuse(line.refusal);
        continue;
      }
      const key = keyOf(line.item);
      const earlier = written.get(key);
      const merged = merge(line.item, earlier?.item ?? (await current(key)));
      if (merged.outcome === 'refused') {
        const { outcome: _, ...refused } = merged;
        refuse({ line: line.line, ...refused });
      } else if (merged.outcome === 'unchanged') count.unchanged += 1;
      else {
        // What an earlier file brought in is not known to the table yet: a second file does not change it.
        const outcome = earlier?.outcome ?? merged.outcome;
        count[outcome] += 1;
        written.set(key, { item: merged.item, outcome });
      }
    }
    counts.push({ file, ...count });
  }
  return { items: new Map(itemsOf(written)), keys: countKeys(written.values()), counts, refusals };
}

function* itemsOf<T>(written: ReadonlyMap<string, { readonly item: T }>): Iterable<readonly [string, T]> {
  for (const [key, { item }] of written) yield [key, item];
}

function countKeys(written: Iterable<{ readonly outcome: 'new' | 'changed' }>): KeyCounts {
  const keys = { new: 0, changed: 0 };
  for (const { outcome } of written) keys[outcome] += 1;
  return keys;
}
