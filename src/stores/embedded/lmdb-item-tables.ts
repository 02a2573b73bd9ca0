/**
 * The tables that a state machine reads and writes by itself: items in DynamoDB JSON, on LMDB. What the engine's
 * `dynamodb:` tasks need of a store (its `ItemTables`), and knows nothing of expressions.
 */
import { PermanentError } from '../../errors.ts';
import type { Environment, Table } from './environment.ts';

export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: Item }
  | { readonly L: readonly AttributeValue[] };

export interface Item {
  readonly [attribute: string]: AttributeValue;
}

/** Table → its key attributes: partition key, then sort key. All are texts. */
export type ItemTableKeys = Readonly<Record<string, readonly string[]>>;

/** The tables that DailyAgreementJob writes. */
export const JOB_ITEM_TABLES: ItemTableKeys = { JobStats: ['business_date', 'execution_name'] };

export class LmdbItemTables {
  readonly #environment: Environment;
  readonly #keys: ItemTableKeys;

  constructor(environment: Environment, keys: ItemTableKeys = JOB_ITEM_TABLES) {
    this.#environment = environment;
    this.#keys = keys;
  }

  /** `null` where there is no such table. */
  keyAttributes(table: string): readonly string[] | null {
    return Object.hasOwn(this.#keys, table) ? (this.#keys[table] ?? null) : null;
  }

  /** The item with exactly this key, as last committed. */
  async get(table: string, key: Item): Promise<Item | null> {
    return this.#items(table).get(this.#keyText(table, key));
  }

  /** All items, ascending by key. One snapshot. */
  async *list(table: string): AsyncIterable<Item> {
    for (const { value } of [...this.#items(table).range()]) yield value;
  }

  /**
   * Reads and writes one item in one transaction; on the disk when it resolves: the lock and the head are such items.
   * `change` gets the item as it stands; `null` removes it. When `change` throws, nothing is kept, and its error comes back.
   */
  async update(table: string, key: Item, change: (old: Item | null) => Item | null): Promise<void> {
    const items = this.#items(table);
    const text = this.#keyText(table, key);
    const write = () => {
      const item = change(items.get(text));
      if (item === null) items.remove(text);
      else items.put(text, item);
    };
    await this.#environment.commit(write, { durable: true, label: `items.${table}` });
  }

  #items(table: string): Table<Item> {
    return this.#environment.table<Item>(`items/${table}`, 'json');
  }

  /** Key parts joined by NUL, so that no two keys have the same text. */
  #keyText(table: string, key: Item): string {
    const attributes = this.keyAttributes(table);
    if (attributes === null) throw new PermanentError('STORE_KEY_INVALID', `There is no table \`${table}\`.`);
    const parts = attributes.map((attribute) => {
      const value = key[attribute];
      if (value !== undefined && 'S' in value && value.S !== '' && !value.S.includes('\0')) return value.S;
      throw new PermanentError(
        'STORE_KEY_INVALID',
        `A key of \`${table}\` needs \`${attribute}\`, a text without NUL.`,
      );
    });
    return parts.join('\0');
  }
}
