import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/**
 * SHA-256 over the document's RFC 8785 form, without its top-level members named in `volatileFields`; 64 hex digits.
 * Whether such a member is there at all does count: its absence may be why a document is rejected, and its return must
 * not look like the same content. The scheme's version is `HASH_SCHEME`.
 * @throws PermanentError `DOCUMENT_NOT_CANONICAL`; never for a document that `readDocument` accepted
 */
export function contentHash(document: unknown, volatileFields: readonly string[]): string {
  const absent = volatileFields.filter((field) => !Object.hasOwn(Object(document), field));
  // No canonical form holds a line feed, so nothing else gives the same text.
  const suffix = absent.length === 0 ? '' : `\nabsent ${absent.join(' ')}`;
  return hash('sha256', canonicalJson(document, volatileFields) + suffix, 'hex');
}

/** The first 16 bytes of SHA-256 over the document's bytes as received (without line end); 32 hex digits. */
export function rawHash(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex').slice(0, 32);
}
