/**
 * The look-up tables Entity and GoverningLaw. Keys are normalised by `agreements/look-up-key.ts`.
 * `version` is a digest of the item's contents: the same contents have the same version on every machine.
 */
export type EntityRole = 'CO' | 'CP';

/** The entity itself, under its identifier. */
export interface EntityItem {
  readonly kind: 'entity';
  readonly entity_key: string;
  /** The identifier as A-3 shows it. */
  readonly entity_id: string;
  readonly roles: readonly EntityRole[];
  /** `pending`: a placeholder that waits for enrichment; counts as absent. */
  readonly status: 'active' | 'pending';
  /** Columns of the master tables by field number (`CO.4`, `CP.4`, …), empty ones left out. Placeholder: none. */
  readonly fields: Readonly<Record<string, string>>;
  readonly version: string;
}

/** A name or a foreign identifier that names an entity. */
export interface AliasItem {
  readonly kind: 'alias';
  readonly entity_key: string;
  /** Identifier of the entity; its own item is under the key of this text. */
  readonly entity_id: string;
  readonly version: string;
}

export interface EntityTable {
  get(key: string): Promise<EntityItem | AliasItem | null>;
  /** Puts the placeholder unless the key is there. @returns whether it was put */
  putIfAbsent(item: EntityItem): Promise<boolean>;
  /** Puts items, replacing what is there. All of one call or none. */
  putAll(items: readonly (EntityItem | AliasItem)[]): Promise<void>;
  /** All items, ascending by key. `prefix` narrows. */
  list(options?: { readonly prefix?: string; readonly status?: 'active' | 'pending' }): AsyncIterable<EntityItem | AliasItem>;
}

export interface LawItem {
  readonly law_key: string;
  readonly display_name: string;
  readonly version: string;
}

export interface GoverningLawTable {
  get(key: string): Promise<LawItem | null>;
  putAll(items: readonly LawItem[]): Promise<void>;
  list(options?: { readonly prefix?: string }): AsyncIterable<LawItem>;
}

/** Asks a worker to find out who `entity_key` is. Sent again while the placeholder is pending. */
export interface EnrichmentMessage {
  readonly entity_key: string;
  /** The name or identifier as the document has it. */
  readonly text: string;
  readonly namespace: string;
  readonly lex_id: string;
}

export interface EnrichmentQueue {
  send(messages: readonly EnrichmentMessage[]): Promise<void>;
  /** Up to `max` messages, oldest first; hidden from others for `visibilitySeconds`. */
  receive(max: number, visibilitySeconds: number): Promise<readonly { readonly receipt: string; readonly message: EnrichmentMessage; readonly receiveCount: number }[]>;
  /** Deletes a received message. Safe to run again. */
  acknowledge(receipt: string): Promise<void>;
  /** About how many messages wait. */
  depth(): Promise<number>;
}
