/**
 * Items of the look-up tables Entity and GoverningLaw. Keys are normalised by `look-up-key.ts`.
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
  /**
   * Status of the LEI's registration as GLEIF has it (`ISSUED`, `LAPSED`, `RETIRED`, …). Absent: nobody has said, or no GLEIF
   * data that was imported says anything but `ISSUED`.
   */
  readonly lei_status?: string;
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

export interface LawItem {
  readonly law_key: string;
  readonly display_name: string;
  readonly version: string;
}

/** A look-up row that a row or a rejection rests on. `absent`: looked for and not there (a placeholder counts so). */
export interface Use {
  readonly table: 'Entity' | 'GoverningLaw';
  readonly key: string;
  readonly version: string;
}

/** `version` of a {@link Use} that found nothing. */
export const ABSENT = 'absent';

/** The version that a {@link Use} has of what was found under its key. */
export function usedVersion(item: EntityItem | AliasItem | LawItem | null): string {
  return item === null || ('status' in item && item.status === 'pending') ? ABSENT : item.version;
}

/**
 * Code points of a text that somebody is asked about; a longer one is cut. A document may hold megabytes where a name should
 * stand, and ten messages must fit into the 256 KiB of a request to SQS, a placeholder into an item of DynamoDB.
 */
export const MAX_ASKED_TEXT = 2_000;

/** Asks a worker to find out who `entity_key` is. Sent again while the placeholder is pending. */
export interface EnrichmentMessage {
  readonly entity_key: string;
  /** The name or identifier as the document has it, up to {@link MAX_ASKED_TEXT}. */
  readonly text: string;
  readonly namespace: string;
  readonly lex_id: string;
}
