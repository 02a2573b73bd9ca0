import type { Table, TableRange } from './environment.ts';

const BATCH_ENTRIES = 1_000;

/**
 * The values whose key begins with `prefix`, ascending. Read in batches, none of them open while the caller works: a
 * snapshot that stays open keeps LMDB from using freed pages again.
 */
export function* rangeWithPrefix<V>(table: Table<V>, prefix: string): Iterable<V> {
  let bounds: TableRange = { from: prefix };
  for (;;) {
    const entries: readonly { readonly key: string; readonly value: V }[] = [
      ...table.range({ ...bounds, limit: BATCH_ENTRIES }),
    ];
    for (const { key, value } of entries) {
      if (!key.startsWith(prefix)) return;
      yield value;
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < BATCH_ENTRIES) return;
    bounds = { after: last.key };
  }
}
