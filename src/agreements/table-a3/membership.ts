/** Where an entity must stand: by the letter, and where the letter is uneven. */
import type { EntityRole } from '../look-up-items.ts';
import type { EntityField } from './record-rules.ts';

export type MembershipFault =
  | 'A3.2-not-in-co'
  | `${'A3.6' | 'A3.11' | 'A3.12.2'}-${'not-in-cp' | 'in-co-not-cp'}`
  | `${'A3.6.1' | 'A3.9'}-not-in-co-or-cp`;

/**
 * The rule that an entity with these roles breaks in that field, `null` for none: A3.2 is looked for in CO; A3.6, A3.11 and
 * A3.12.2 in CP; the others in either.
 */
export function findMembershipFault(field: EntityField, roles: readonly EntityRole[]): MembershipFault | null {
  const isInCo = roles.includes('CO');
  const isInCp = roles.includes('CP');
  if (field === 'A3.2') return isInCo ? null : 'A3.2-not-in-co';
  if (field === 'A3.6.1' || field === 'A3.9') return isInCo || isInCp ? null : `${field}-not-in-co-or-cp`;
  if (isInCp) return null;
  return isInCo ? `${field}-in-co-not-cp` : `${field}-not-in-cp`;
}
