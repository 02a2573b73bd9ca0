/**
 * House identifiers: made from the normalised name alone, so the same name has the same identifier everywhere.
 * Spellings that differ only in case, accents, apostrophes, the dots of initials and other punctuation share one.
 */
import { createHash } from 'node:crypto';
import { entityKey } from '../../src/agreements/look-up-key.ts';

/** A3.2 and A3.6 hold at most 50 characters. */
const MAX_CHARACTERS = 50;
const DIGEST_CHARACTERS = 8;

/**
 * `H-` and the name in upper case, blanks and punctuation as hyphens; a long one is cut and ends with a digest.
 * The hyphen keeps it apart from an LEI, which is 20 letters and digits.
 * @returns `null` for a text that holds no name, such as `("Guarantors")`
 */
export function houseIdentifier(text: string): string | null {
  const slug = entityKey(text)
    .normalize('NFD')
    .replace(/[\p{M}']/gu, '')
    .replace(/\b([a-z])\./g, '$1') // Initials stay together: `n.a` and `na` are one spelling.
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toUpperCase();
  if (slug === '') return null;
  const whole = `H-${slug}`;
  if (whole.length <= MAX_CHARACTERS) return whole;
  const digest = createHash('sha256').update(slug).digest('hex').slice(0, DIGEST_CHARACTERS).toUpperCase();
  return `${whole.slice(0, MAX_CHARACTERS - DIGEST_CHARACTERS - 1).replace(/-$/, '')}-${digest}`;
}

/**
 * The name as a master table has it: without the role in brackets at the end, white space collapsed.
 * It is the shortest beginning of the text with the same look-up key, and the dot behind it.
 */
export function plainName(text: string): string {
  const key = entityKey(text);
  let end = 0;
  while (end < text.length && entityKey(text.slice(0, end)) !== key) end += 1;
  if (text[end] === '.') end += 1;
  return text.slice(0, end).replace(/\s+/g, ' ').trim();
}
