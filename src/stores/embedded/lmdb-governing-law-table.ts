import type { LawItem } from '../../agreements/look-up-items.ts';
import type { GoverningLawTable } from '../look-ups.ts';
import type { Environment, Table } from './environment.ts';
import { rangeWithPrefix } from './range-with-prefix.ts';

/** GoverningLaw on LMDB: law key → item. */
export class LmdbGoverningLawTable implements GoverningLawTable {
  readonly #environment: Environment;
  readonly #items: Table<LawItem>;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#items = environment.table<LawItem>('governing-law', 'json');
  }

  async get(key: string): Promise<LawItem | null> {
    return this.#items.get(key);
  }

  async putAll(items: Iterable<LawItem>): Promise<void> {
    const put = () => {
      for (const item of items) this.#items.put(item.law_key, item);
    };
    await this.#environment.commit(put, { durable: true, label: 'governing-law-import' });
  }

  async *list(options: { readonly prefix?: string } = {}): AsyncIterable<LawItem> {
    yield* rangeWithPrefix(this.#items, options.prefix ?? '');
  }
}
