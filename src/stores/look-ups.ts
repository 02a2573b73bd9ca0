import type { AliasItem, EnrichmentMessage, EntityItem, LawItem } from '../agreements/look-up-items.ts';

/** Entity: one item per key, the entity itself under its identifier, or an alias that names one. */
export interface EntityTable {
  get(key: string): Promise<EntityItem | AliasItem | null>;
  /** Puts the placeholder unless the key is there. @returns whether it was put */
  putIfAbsent(item: EntityItem): Promise<boolean>;
  /**
   * Puts the item where the row under its key still has this version; `null`: where there is none. So whoever read a row and
   * made another of it never overwrites what came in between. Safe to run again. @returns whether the item stands there now
   */
  replace(item: EntityItem | AliasItem, version: string | null): Promise<boolean>;
  /**
   * Puts items, replacing what is there. All of one call or none; on DynamoDB, whose transactions hold 100 items, a call of
   * more may stop half-way, and is safe to run again.
   * @param items read one after the other, so that they need not lie in memory all at once
   */
  putAll(items: Iterable<EntityItem | AliasItem>): Promise<void>;
  /** All items, ascending by key. `prefix` narrows. */
  list(options?: {
    readonly prefix?: string;
    readonly status?: 'active' | 'pending';
  }): AsyncIterable<EntityItem | AliasItem>;
  /**
   * The next items behind `after` (`null`: the first), in an order of the driver's own: each item that stands throughout is
   * in exactly one page. Up to some MiB. `next`: where to go on, opaque; `null`: this was the end.
   */
  readPage(after: string | null): Promise<EntityPage>;
}

export interface EntityPage {
  readonly items: readonly (EntityItem | AliasItem)[];
  readonly next: string | null;
}

export interface GoverningLawTable {
  get(key: string): Promise<LawItem | null>;
  /** As {@link EntityTable.putAll}. */
  putAll(items: Iterable<LawItem>): Promise<void>;
  list(options?: { readonly prefix?: string }): AsyncIterable<LawItem>;
}

/** A message that somebody works on. */
export interface ReceivedMessage {
  /** Names it to the queue, this time only. */
  readonly receipt: string;
  readonly message: EnrichmentMessage;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
}

/** A message that was given up. */
export interface DeadLetter {
  /** `null`: none that lexdelta has sent, or not any more as it was sent. */
  readonly message: EnrichmentMessage | null;
  /** A sentence. */
  readonly reason: string;
  /** How often it was received before; `null`: not known. */
  readonly tries: number | null;
}

export interface EnrichmentQueue {
  send(messages: readonly EnrichmentMessage[]): Promise<void>;
  /** Up to `max` messages, oldest first; hidden from others for `visibilitySeconds`. */
  receive(max: number, visibilitySeconds: number): Promise<readonly ReceivedMessage[]>;
  /** Deletes a received message. Safe to run again. */
  acknowledge(receipt: string): Promise<void>;
  /** Lets a received message be received again in so many seconds, at most 43,200 (12 hours); 0: at once. Safe to run again. */
  postpone(receipt: string, seconds: number): Promise<void>;
  /**
   * Puts a received message among the dead letters, with the reason. Safe to run again: a crash may leave it in both places,
   * never in none.
   */
  bury(received: ReceivedMessage, reason: string): Promise<void>;
  /** The first dead letters, at most `max`; they stay. */
  dead(max: number): Promise<readonly DeadLetter[]>;
  /**
   * Sends the dead letters again, as new messages; those that are none of ours stay. A crash may leave a letter in both
   * places, never in none. @returns how many were sent
   */
  retryDead(): Promise<number>;
  /** About how many messages wait, those included that somebody works on. */
  depth(): Promise<number>;
  /** About how many dead letters there are. */
  deadCount(): Promise<number>;
}
