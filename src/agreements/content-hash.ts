import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/**
 * SHA-256 over the document's RFC 8785 form, without its top-level members named in `volatileFields`; 64 hex digits.
 * The scheme's version is `HASH_SCHEME`.
 * @throws PermanentError `DOCUMENT_NOT_CANONICAL`; never for a document that `readDocument` accepted
 */
export function contentHash(document: unknown, volatileFields: readonly string[]): string {
  return hash('sha256', canonicalJson(document, volatileFields), 'hex');
}

/** The first 16 bytes of SHA-256 over the document's bytes as received (without line end); 32 hex digits. */
export function rawHash(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex').slice(0, 32);
}
