import type { AliasItem, EnrichmentMessage, EntityItem, LawItem } from '../agreements/look-up-items.ts';

/** Entity: one item per key, the entity itself under its identifier, or an alias that names one. */
export interface EntityTable {
  get(key: string): Promise<EntityItem | AliasItem | null>;
  /** Puts the placeholder unless the key is there. @returns whether it was put */
  putIfAbsent(item: EntityItem): Promise<boolean>;
  /**
   * Puts items, replacing what is there. All of one call or none; on DynamoDB, whose transactions hold 100 items, a call of
   * more may stop half-way, and is safe to run again.
   */
  putAll(items: readonly (EntityItem | AliasItem)[]): Promise<void>;
  /** All items, ascending by key. `prefix` narrows. */
  list(options?: {
    readonly prefix?: string;
    readonly status?: 'active' | 'pending';
  }): AsyncIterable<EntityItem | AliasItem>;
}

export interface GoverningLawTable {
  get(key: string): Promise<LawItem | null>;
  /** As {@link EntityTable.putAll}. */
  putAll(items: readonly LawItem[]): Promise<void>;
  list(options?: { readonly prefix?: string }): AsyncIterable<LawItem>;
}

export interface EnrichmentQueue {
  send(messages: readonly EnrichmentMessage[]): Promise<void>;
  /** Up to `max` messages, oldest first; hidden from others for `visibilitySeconds`. */
  receive(
    max: number,
    visibilitySeconds: number,
  ): Promise<
    readonly { readonly receipt: string; readonly message: EnrichmentMessage; readonly receiveCount: number }[]
  >;
  /** Deletes a received message. Safe to run again. */
  acknowledge(receipt: string): Promise<void>;
  /** About how many messages wait. */
  depth(): Promise<number>;
}
