import type { A3RowField } from '../../agreements/table-a3/fields.ts';
import type { RowDifference } from '../../publish/history/diff-days.ts';

export interface DiffCounts {
  readonly added: number;
  /** As a change log and a run's verdict count them: rows of which a field differs, or that turned stale or current again. */
  readonly changed: number;
  readonly removed: number;
  /** Of the changed ones, those that turned stale, or are current again. */
  readonly stale: number;
  readonly current_again: number;
}

export interface DiffSummary extends DiffCounts {
  /** Ascending; those without a difference left out. */
  readonly namespaces: readonly (DiffCounts & { readonly namespace: string })[];
  /** Rows that differ in the field, the most frequent first. */
  readonly fields: readonly { readonly field: A3RowField; readonly rows: number }[];
  /** The first ones of each kind. */
  readonly examples: readonly RowDifference[];
}

/** Counts differences, in the memory of a few examples of each kind. */
export class DiffTally {
  readonly #perKind: number;
  readonly #namespaces = new Map<string, Record<keyof DiffCounts, number>>();
  readonly #fields = new Map<A3RowField, number>();
  readonly #examples = new Map<RowDifference['change'], RowDifference[]>();

  /** @param perKind examples of added, changed and removed rows each */
  constructor(perKind: number) {
    this.#perKind = perKind;
  }

  async *count(found: AsyncIterable<RowDifference>): AsyncIterable<RowDifference> {
    for await (const difference of found) {
      this.#add(difference);
      yield difference;
    }
  }

  get summary(): DiffSummary {
    const namespaces = [...this.#namespaces].sort(([a], [b]) => (a < b ? -1 : 1));
    const sum = (key: keyof DiffCounts) => namespaces.reduce((total, [, counts]) => total + counts[key], 0);
    return {
      added: sum('added'),
      changed: sum('changed'),
      removed: sum('removed'),
      stale: sum('stale'),
      current_again: sum('current_again'),
      namespaces: namespaces.map(([namespace, counts]) => ({ namespace, ...counts })),
      fields: [...this.#fields]
        .map(([field, rows]) => ({ field, rows }))
        .sort((a, b) => b.rows - a.rows || (a.field < b.field ? -1 : 1)),
      examples: [...this.#examples.values()].flat(),
    };
  }

  #add(difference: RowDifference): void {
    const { change, namespace, stale } = difference;
    const counts = this.#namespaces.get(namespace) ?? { added: 0, changed: 0, removed: 0, stale: 0, current_again: 0 };
    this.#namespaces.set(namespace, counts);
    const fields = Object.keys(difference.fields) as A3RowField[];
    counts[change] += 1;
    if (stale !== null) counts[stale.to === null ? 'current_again' : 'stale'] += 1;
    for (const field of fields) this.#fields.set(field, (this.#fields.get(field) ?? 0) + 1);
    const examples = this.#examples.get(change) ?? [];
    this.#examples.set(change, examples);
    if (examples.length < this.#perKind) examples.push(difference);
  }
}
