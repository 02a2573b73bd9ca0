/** What two states of a document are compared by (DESIGN, "Words"). */
export interface Fingerprint {
  /** First 16 bytes of SHA-256 over the document's bytes as received, hex (32 digits); `null` after a rebuild of hashes. */
  readonly raw_hash: string | null;
  /** SHA-256 of the RFC 8785 form without volatile fields, hex (64 digits). Attribute `hashPickwickObject` in the store. */
  readonly content_hash: string;
  /** Version of the way `content_hash` is made: {@link HASH_SCHEME}. */
  readonly hash_scheme: number;
  /** Version of the namespace's mapping and of the rules in force, e.g. `mac-1-3f2a9c01`. */
  readonly mapping_version: string;
}

/** Version of the content hash: RFC 8785, volatile top-level fields left out, SHA-256. */
export const HASH_SCHEME = 1;
