/** Tables of items in DynamoDB JSON, as the `dynamodb:` tasks of a machine see them. */

export type AttributeValue =
  | { readonly S: string }
  /** Decimal digits: at most 38 significant ones. */
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: Item }
  | { readonly L: readonly AttributeValue[] };

export interface Item {
  readonly [attribute: string]: AttributeValue;
}

export interface ItemTables {
  /** The key attributes of a table (partition key, then sort key; all of type S), or null where there is no such table. */
  keyAttributes(table: string): readonly string[] | null;
  /** The item with exactly this key, as last committed. */
  get(table: string, key: Item): Promise<Item | null>;
  /**
   * Reads and writes one item in one transaction. `change` gets the item as it stands, and what it gives back is kept
   * when the promise resolves (null: the item is removed). When `change` throws, nothing is kept and its error comes
   * back. It may be called more than once.
   */
  update(table: string, key: Item, change: (old: Item | null) => Item | null): Promise<void>;
}
