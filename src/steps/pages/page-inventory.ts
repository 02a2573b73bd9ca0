/** Which page objects one iteration of a namespace has left, by their keys alone. */
import type { ObjectStore } from '../../stores/object-store.ts';
import { type DeltaKind, type DeltaName, parseDeltaKey } from './delta-keys.ts';

export class PageInventory {
  /** Number of the last page that left anything; -1: none has. */
  readonly lastPage: number;
  readonly #parts: ReadonlyMap<string, readonly number[]>;

  private constructor(names: readonly DeltaName[]) {
    const parts = new Map<string, number[]>();
    let lastPage = -1;
    for (const { kind, page, part } of names) {
      const key = `${kind} ${page}`;
      const found = parts.get(key);
      if (found === undefined) parts.set(key, [part]);
      else found.push(part);
      if (kind === 'page' && page > lastPage) lastPage = page;
    }
    this.#parts = parts;
    this.lastPage = lastPage;
  }

  static async list(delta: Pick<ObjectStore, 'list'>, folder: string): Promise<PageInventory> {
    const names: DeltaName[] = [];
    for await (const { key } of delta.list(folder)) {
      const name = parseDeltaKey(key);
      if (name !== null) names.push(name);
    }
    return new PageInventory(names);
  }

  has(kind: DeltaKind, page: number): boolean {
    return this.#partsOf(kind, page).includes(0);
  }

  /** Objects of the page with a part number above `parts`: no header counts them. */
  orphans(kind: DeltaKind, page: number, parts: number): readonly DeltaName[] {
    const found = this.#partsOf(kind, page).filter((part) => part > parts);
    return found.map((part) => ({ kind, page, part }));
  }

  /** Every object of the page, the one with the header first: voided in this order, it never counts parts that are gone. */
  all(kind: DeltaKind, page: number): readonly DeltaName[] {
    const parts = this.#partsOf(kind, page).toSorted((a, b) => a - b);
    return parts.map((part) => ({ kind, page, part }));
  }

  #partsOf(kind: DeltaKind, page: number): readonly number[] {
    return this.#parts.get(`${kind} ${page}`) ?? [];
  }
}
