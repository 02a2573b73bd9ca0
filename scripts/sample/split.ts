/** Which namespace an agreement lies in. */
import type { KnownLaw, Namespace, Reading, SourceAgreement } from './source.ts';

/** The party entries of an agreement, without those that only say what the parties are called together. */
export function partiesOf(agreement: SourceAgreement, reading: Reading): readonly string[] {
  const together = reading.taken_together[agreement.id] ?? [];
  return agreement.parties.filter((party) => !together.includes(party));
}

/**
 * By the agreement's number modulo 4, unless that shape cannot hold it: `pwm` has one client, and `pwm` and `cct` have
 * codes for laws and no place for a party that has no identifier.
 */
export function namespaceOf(agreement: SourceAgreement, reading: Reading, laws: readonly KnownLaw[]): Namespace {
  const parties = partiesOf(agreement, reading);
  const codable =
    agreement.governing_law === '' || laws.some((law) => law.text === agreement.governing_law && law.code !== null);
  const identified = !parties.some((party) => reading.names_nobody.includes(party));
  switch (agreementNumber(agreement) % 4) {
    case 0:
      return 'mac';
    case 1:
      return 'docman';
    case 2:
      if (!codable || !identified) return 'mac';
      return parties.length <= 2 ? 'pwm' : 'cct';
    default:
      return codable && identified ? 'cct' : 'docman';
  }
}

/** 1 to 510, from the id. */
export function agreementNumber({ id }: Pick<SourceAgreement, 'id'>): number {
  return Number(id.slice('cuad-'.length));
}
