/** What the files of a shard hold, counted anew. */
import { FillCounter } from '../fill-rates.ts';
import type { FillCounts } from '../published.ts';
import type { DocumentOfDay } from './verify-document.ts';

/** Documents of a namespace, by what this run did to them. */
export interface NamespaceTally {
  readonly published: number;
  readonly rejected: number;
  readonly unreadable: number;
  /** Those that had a row or, as far as the base is known, were rejected. */
  readonly removed: number;
}

const NONE: NamespaceTally = { published: 0, rejected: 0, unreadable: 0, removed: 0 };

export class ShardCounts {
  readonly changes = { added: 0, changed: 0, removed: 0 };
  readonly namespaces = new Map<string, NamespaceTally>();
  rows = 0;
  staleRows = 0;
  rejectedDocuments = 0;
  unreadable = 0;
  readonly #filled = new FillCounter();
  readonly #made = new FillCounter();

  /** @param run that published the day; @param isGone the base has it as rejected, and the day does not know it any more */
  add({ place, rows, rejected, changes }: DocumentOfDay, run: string, isGone: boolean): void {
    let isMade = false;
    for (const { value } of rows) {
      this.rows += 1;
      if (value.lineage.stale_since !== null) this.staleRows += 1;
      this.#filled.add(value);
      if (value.lineage.run !== run) continue;
      isMade = true;
      this.#made.add(value);
    }
    for (const { value } of changes) this.changes[value.change] += 1;
    for (const { value } of rejected) {
      if (value.kind === 'document') this.rejectedDocuments += 1;
      else this.unreadable += 1;
      if (value.run === run) this.#count(place.namespace, value.kind === 'document' ? 'rejected' : 'unreadable');
    }
    if (isMade) this.#count(place.namespace, 'published');
    if (isGone || changes.some(({ value }) => value.cause === 'removed')) this.#count(place.namespace, 'removed');
  }

  get fill(): { readonly table: FillCounts; readonly made: FillCounts } {
    return { table: this.#filled.counts(), made: this.#made.counts() };
  }

  #count(namespace: string, kind: keyof NamespaceTally): void {
    const tally = this.namespaces.get(namespace) ?? NONE;
    this.namespaces.set(namespace, { ...tally, [kind]: tally[kind] + 1 });
  }
}
