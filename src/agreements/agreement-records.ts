import type { Agreement, AgreementTerms, Contact, CrossDefault, EntityReference, Parties } from './agreement.ts';
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
    const parentContacts = new LazyContacts(agreement.parties);
    for (const child of agreement.children) {
      const parties = child.parties === null ? agreement.parties : withContacts(child.parties, parentContacts);
      yield* recordsOfOne(child, parties, child.crossDefault ?? agreement.crossDefault);
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

/** A child's own parties; a counterparty without a contact has the one that the parent gives for the same entity. */
function withContacts(parties: Parties, parent: LazyContacts): Parties {
  const counterparties = parties.counterparties.map(({ entity, contact }) => ({
    entity,
    contact: contact ?? parent.contactOf(entity),
  }));
  return { recordsEntity: parties.recordsEntity, counterparties };
}

/** The parent's contacts by entity, worked out once and only when a child needs one. */
class LazyContacts {
  readonly #parties: Parties;
  #byKey: Map<string, Contact> | null = null;

  constructor(parties: Parties) {
    this.#parties = parties;
  }

  contactOf(entity: EntityReference | null): Contact | null {
    if (entity === null) return null;
    this.#byKey ??= new Map(
      this.#parties.counterparties.flatMap((counterparty) =>
        counterparty.entity === null || counterparty.contact === null
          ? []
          : [[entityKey(counterparty.entity.text), counterparty.contact] as const],
      ),
    );
    return this.#byKey.get(entityKey(entity.text)) ?? null;
  }
}
