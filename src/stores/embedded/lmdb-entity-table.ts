import type { AliasItem, EntityItem } from '../../agreements/look-up-items.ts';
import type { EntityPage, EntityTable } from '../look-ups.ts';
import type { Environment, Table } from './environment.ts';
import { rangeWithPrefix } from './range-with-prefix.ts';

const PAGE_ITEMS = 5_000;

/** Entity on LMDB: entity key → item. */
export class LmdbEntityTable implements EntityTable {
  readonly #environment: Environment;
  readonly #items: Table<EntityItem | AliasItem>;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#items = environment.table<EntityItem | AliasItem>('entity', 'json');
  }

  async get(key: string): Promise<EntityItem | AliasItem | null> {
    return this.#items.get(key);
  }

  async putIfAbsent(item: EntityItem): Promise<boolean> {
    return this.#environment.commit(() => {
      if (this.#items.get(item.entity_key) !== null) return false;
      this.#items.put(item.entity_key, item);
      return true;
    });
  }

  async replace(item: EntityItem | AliasItem, version: string | null): Promise<boolean> {
    const put = () => {
      const current = this.#items.get(item.entity_key)?.version ?? null;
      if (current === version) this.#items.put(item.entity_key, item);
      return current === version || current === item.version;
    };
    return this.#environment.commit(put, { durable: true, label: 'entity-replace' });
  }

  async putAll(items: Iterable<EntityItem | AliasItem>): Promise<void> {
    const put = () => {
      for (const item of items) this.#items.put(item.entity_key, item);
    };
    await this.#environment.commit(put, { durable: true, label: 'entity-import' });
  }

  async *list(
    options: { readonly prefix?: string; readonly status?: 'active' | 'pending' } = {},
  ): AsyncIterable<EntityItem | AliasItem> {
    for (const item of rangeWithPrefix(this.#items, options.prefix ?? '')) {
      if (options.status === undefined || (item.kind === 'entity' && item.status === options.status)) yield item;
    }
  }

  async readPage(after: string | null): Promise<EntityPage> {
    const entries = [...this.#items.range({ ...(after === null ? {} : { after }), limit: PAGE_ITEMS })];
    const next = entries.length < PAGE_ITEMS ? null : entries.at(-1)!.key;
    return { items: entries.map(({ value }) => value), next };
  }
}
