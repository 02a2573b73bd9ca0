/**
 * AgreementHash's items on DynamoDB. `good`'s content hash is the attribute `hashPickwickObject`; a tombstone has
 * `removed_on` and no fingerprint. Hashes are texts in hex: people look at them, and an item stays well under the 1 KiB of
 * one write unit.
 */
import { hash } from 'node:crypto';
import type { Fingerprint } from '../../agreements/fingerprint.ts';
import { PermanentError } from '../../errors.ts';
import type { HashEntry } from '../agreement-hash.ts';
import { attributeOf, type Item } from './attributes.ts';

/** Partition and sort key of the table. */
export const PARTITION = 'namespace_bucket';
export const SORT = 'lex_id';

const MAX_LEX_ID_BYTES = 1_024;

/** Where the parts of a fingerprint stand. */
export const ATTRIBUTES = {
  good: { content: 'hashPickwickObject', raw: 'raw_hash', scheme: 'hash_scheme', mapping: 'mapping_version' },
  rejected: {
    content: 'rejected_content_hash',
    raw: 'rejected_raw_hash',
    scheme: 'rejected_hash_scheme',
    mapping: 'rejected_mapping_version',
  },
} as const;

/** The 16 partitions of a namespace: one key value would begin on one partition with 1,000 writes a second. */
export function bucketsOf(namespace: string): readonly string[] {
  return Array.from({ length: 16 }, (_, bucket) => `${namespace}#${bucket.toString(16)}`);
}

/** The first hex digit of SHA-256 of the id. */
export function bucketOf(namespace: string, lexId: string): string {
  return `${namespace}#${hash('sha256', lexId, 'hex').charAt(0)}`;
}

/** @throws PermanentError `STORE_KEY_INVALID` */
export function hashKey(namespace: string, lexId: string): Item {
  if (lexId === '' || Buffer.byteLength(lexId) > MAX_LEX_ID_BYTES) {
    throw new PermanentError('STORE_KEY_INVALID', `A lex id is empty or longer than ${MAX_LEX_ID_BYTES} bytes.`);
  }
  return { [PARTITION]: { S: bucketOf(namespace, lexId) }, [SORT]: { S: lexId } };
}

export function lexIdOf(item: Item): string {
  return item[SORT]?.S ?? '';
}

/** @returns `null` for a tombstone */
export function hashEntryOf(item: Item): HashEntry | null {
  if (item['removed_on'] !== undefined) return null;
  return { lex_id: lexIdOf(item), good: fingerprintOf(item, 'good'), rejected: fingerprintOf(item, 'rejected') };
}

/** The attributes of a fingerprint. There is none for a raw hash that is not known. */
export function fingerprintAttributes(fingerprint: Fingerprint, of: 'good' | 'rejected'): Item {
  const names = ATTRIBUTES[of];
  return {
    [names.content]: attributeOf(fingerprint.content_hash),
    ...(fingerprint.raw_hash === null ? {} : { [names.raw]: attributeOf(fingerprint.raw_hash) }),
    [names.scheme]: attributeOf(fingerprint.hash_scheme),
    [names.mapping]: attributeOf(fingerprint.mapping_version),
  };
}

function fingerprintOf(item: Item, of: 'good' | 'rejected'): Fingerprint | null {
  const names = ATTRIBUTES[of];
  const content_hash = item[names.content]?.S;
  if (content_hash === undefined) return null;
  const hash_scheme = item[names.scheme]?.N;
  const mapping_version = item[names.mapping]?.S;
  if (hash_scheme === undefined || mapping_version === undefined) {
    const what = `The hash of document \`${lexIdOf(item)}\` has no ${names.scheme} or no ${names.mapping}.`;
    throw new PermanentError('STORE_ITEM_INVALID', what, { lex_id: lexIdOf(item) });
  }
  return { raw_hash: item[names.raw]?.S ?? null, content_hash, hash_scheme: Number(hash_scheme), mapping_version };
}
