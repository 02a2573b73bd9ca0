import { PermanentError } from '../errors.ts';

/** S3's bound for a key. */
const MAX_KEY_BYTES = 1024;
/** Bound of the usual file systems for one name. */
const MAX_PART_BYTES = 255;

/**
 * Checks the key of an object, for every driver alike: what a folder cannot hold, S3 may not hold either.
 * @returns the key
 * @throws PermanentError `STORE_KEY_INVALID`
 */
export function checkKey(key: string): string {
  const fault = faultOf(key);
  if (fault !== null) throw new PermanentError('STORE_KEY_INVALID', `The key ${JSON.stringify(key)} ${fault}.`);
  return key;
}

/** The same for a folder; the empty text is the whole store. */
export function checkFolder(folder: string): string {
  return folder === '' ? folder : checkKey(folder);
}

function faultOf(key: string): string | null {
  if (!key.isWellFormed()) return 'is no well-formed Unicode';
  if (key.includes('\0')) return 'holds a NUL';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `is longer than ${MAX_KEY_BYTES} bytes`;
  for (const part of key.split('/')) {
    if (part === '') return 'has an empty part';
    if (part.startsWith('.')) return 'has a part that begins with a dot';
    if (Buffer.byteLength(part) > MAX_PART_BYTES) return `has a part of more than ${MAX_PART_BYTES} bytes`;
  }
  return null;
}
