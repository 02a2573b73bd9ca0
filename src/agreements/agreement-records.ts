import type {
  Agreement,
  AgreementTerms,
  ChildAgreement,
  Contact,
  CrossDefault,
  EntityReference,
  Parties,
} from './agreement.ts';
import { entityKey } from './look-up-key.ts';

/** What one row of Table A-3 is made of: one agreement with one counterparty. */
export interface AgreementRecord {
  readonly terms: AgreementTerms;
  readonly recordsEntity: EntityReference | null;
  readonly counterparty: EntityReference | null;
  readonly contact: Contact | null;
  readonly crossDefault: CrossDefault;
}

/** The records of the agreements, children included: each agreement, then its children, a record a counterparty. */
export function* recordsOf(agreements: readonly Agreement[]): Generator<AgreementRecord> {
  for (const agreement of agreements) {
    yield* recordsOfOne(agreement, agreement.parties, agreement.crossDefault);
    for (const child of agreement.children) {
      yield* recordsOfOne(child, partiesOf(child, agreement.parties), child.crossDefault ?? agreement.crossDefault);
    }
  }
}

function* recordsOfOne(
  terms: AgreementTerms,
  parties: Parties,
  crossDefault: CrossDefault,
): Generator<AgreementRecord> {
  for (const { entity, contact } of parties.counterparties) {
    yield { terms, recordsEntity: parties.recordsEntity, counterparty: entity, contact, crossDefault };
  }
}

/** A child's parties; a counterparty without a contact has the one that the parent gives for the same entity. */
function partiesOf(child: ChildAgreement, parent: Parties): Parties {
  if (child.parties === null) return parent;
  const contacts = new Map<string, Contact>();
  for (const { entity, contact } of parent.counterparties) {
    if (entity !== null && contact !== null) contacts.set(entityKey(entity.text), contact);
  }
  return {
    recordsEntity: child.parties.recordsEntity,
    counterparties: child.parties.counterparties.map(({ entity, contact }) => ({
      entity,
      contact: contact ?? (entity === null ? null : (contacts.get(entityKey(entity.text)) ?? null)),
    })),
  };
}
