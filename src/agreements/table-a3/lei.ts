/** LEI (ISO 17442): 18 letters and digits, then two check digits by ISO/IEC 7064 MOD 97-10. */

/** What is tested as an LEI: exactly 20 letters and digits. Anything else is a house identifier. */
export function looksLikeLei(text: string): boolean {
  return /^[0-9A-Za-z]{20}$/.test(text);
}

/**
 * Whether the check digits are right. Letters count alike in either case, as the look-up takes them. A right LEI need not
 * have been issued, nor belong to the entity named beside it.
 */
export function isLei(text: string): boolean {
  // 00, 01 and 99 are never issued, though a bare remainder test takes them for 97, 98 and 02.
  if (!/^[0-9A-Za-z]{18}(?:0[2-9]|[1-8][0-9]|9[0-8])$/.test(text)) return false;
  let remainder = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
  }
  return remainder === 1;
}

/** GLEIF's statuses of a registration that stands; one that moves to another issuer meanwhile stands too. */
const CURRENT: ReadonlySet<string> = new Set(['ISSUED', 'PENDING_TRANSFER', 'PENDING_ARCHIVAL']);

/** @param status as GLEIF has it; not given: nobody has said, and nothing is wrong */
export function isCurrentLei(status: string | null | undefined): boolean {
  return status === undefined || status === null || CURRENT.has(status);
}
