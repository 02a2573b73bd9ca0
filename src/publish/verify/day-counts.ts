/** The counts of all shards together. */
import { sumFillCounts } from '../fill-rates.ts';
import type { FillCounts } from '../published.ts';
import type { NamespaceTally, ShardCounts } from './shard-counts.ts';

export class DayCounts {
  readonly changes = { added: 0, changed: 0, removed: 0 };
  readonly namespaces = new Map<string, NamespaceTally>();
  rows = 0;
  staleRows = 0;
  rejectedDocuments = 0;
  unreadable = 0;
  #filled: FillCounts = sumFillCounts([]);
  #made: FillCounts = sumFillCounts([]);

  add(shard: ShardCounts): void {
    this.rows += shard.rows;
    this.staleRows += shard.staleRows;
    this.rejectedDocuments += shard.rejectedDocuments;
    this.unreadable += shard.unreadable;
    for (const kind of ['added', 'changed', 'removed'] as const) this.changes[kind] += shard.changes[kind];
    for (const [namespace, tally] of shard.namespaces) this.#addNamespace(namespace, tally);
    this.#filled = sumFillCounts([this.#filled, shard.fill.table]);
    this.#made = sumFillCounts([this.#made, shard.fill.made]);
  }

  /** Of the whole table, and of the rows that the run made. */
  get fill(): { readonly table: FillCounts; readonly made: FillCounts } {
    return { table: this.#filled, made: this.#made };
  }

  #addNamespace(namespace: string, { published, rejected, unreadable, removed }: NamespaceTally): void {
    const known = this.namespaces.get(namespace) ?? { published: 0, rejected: 0, unreadable: 0, removed: 0 };
    this.namespaces.set(namespace, {
      published: known.published + published,
      rejected: known.rejected + rejected,
      unreadable: known.unreadable + unreadable,
      removed: known.removed + removed,
    });
  }
}
