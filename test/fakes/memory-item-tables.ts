import type { Item, ItemTables } from '../../src/engine/dynamodb/item-tables.ts';

/** Items as JSON texts, by their key attributes. */
export class MemoryItemTables implements ItemTables {
  readonly #keys: Readonly<Record<string, readonly string[]>>;
  readonly #items = new Map<string, string>();

  constructor(keys: Readonly<Record<string, readonly string[]>>) {
    this.#keys = keys;
  }

  /** As it stands now; later changes are its own. */
  copy(): MemoryItemTables {
    const copy = new MemoryItemTables(this.#keys);
    for (const [key, item] of this.#items) copy.#items.set(key, item);
    return copy;
  }

  keyAttributes(table: string): readonly string[] | null {
    return Object.hasOwn(this.#keys, table) ? this.#keys[table]! : null;
  }

  async get(table: string, key: Item): Promise<Item | null> {
    const text = this.#items.get(this.#keyText(table, key));
    return text === undefined ? null : (JSON.parse(text) as Item);
  }

  async update(table: string, key: Item, change: (old: Item | null) => Item | null): Promise<void> {
    const text = this.#keyText(table, key);
    const old = this.#items.get(text);
    const item = change(old === undefined ? null : (JSON.parse(old) as Item));
    if (item === null) this.#items.delete(text);
    else this.#items.set(text, JSON.stringify(item));
  }

  #keyText(table: string, key: Item): string {
    return JSON.stringify([table, ...this.#keys[table]!.map((name) => key[name])]);
  }
}
