/** Namespace `mac`: master agreements and their annexes. One record a counterparty; an annex is a child agreement. */
import {
  type ChildAgreement,
  type Contact,
  type CreditEnhancement,
  type CrossDefault,
  type EntityReference,
  NO_CREDIT_ENHANCEMENT,
  type Parties,
} from '../agreement.ts';
import { dateIn, flagOf, idReference } from './mapping-parts.ts';
import { defineNamespace, type Refuse } from './namespace-module.ts';
import type { ObjectShape, ValueOf } from './shape.ts';

const contactText = (field: 'A3.13' | 'A3.14' | 'A3.15' | 'A3.16') =>
  ({ kind: 'text', field, isContact: true }) as const;

const party = {
  kind: 'object',
  members: {
    role: { kind: 'text', needs: 'value', oneOf: ['RECORDS_ENTITY', 'COUNTERPARTY'] },
    entityId: { kind: 'text' },
    legalName: { kind: 'text', needs: 'key' },
    notices: {
      kind: 'object',
      isContact: true,
      members: {
        name: contactText('A3.13'),
        address: contactText('A3.14'),
        phone: contactText('A3.15'),
        email: contactText('A3.16'),
      },
    },
  },
} as const satisfies ObjectShape;

const crossDefault = {
  kind: 'object',
  members: {
    applies: { kind: 'any', field: 'A3.8' },
    entityIds: { kind: 'list', items: { kind: 'text', field: 'A3.9' } },
  },
} as const satisfies ObjectShape;

const enhancement = {
  kind: 'object',
  members: { applies: { kind: 'any' }, providerId: { kind: 'text' }, agreementId: { kind: 'text' } },
} as const satisfies ObjectShape;

/** What a master and an annex have in common. */
const terms = {
  agreementId: { kind: 'text', field: 'A3.3' },
  form: { kind: 'text', field: 'A3.4' },
  executedOn: { kind: 'text', field: 'A3.5' },
  governingLaw: { kind: 'text', field: 'A3.7' },
  parties: { kind: 'list', items: party },
  crossDefault,
  creditEnhancement: { kind: 'object', members: { forRecordsEntity: enhancement, forCounterparty: enhancement } },
} as const satisfies ObjectShape['members'];

const annex = {
  kind: 'object',
  members: { ...terms, underlyingObligorId: { kind: 'text', field: 'A3.6.1' } },
} as const satisfies ObjectShape;

type Party = ValueOf<typeof party>;
type Terms = { readonly [K in keyof typeof terms]?: ValueOf<(typeof terms)[K]> | null };
type Annex = ValueOf<typeof annex>;

export const mac = defineNamespace({
  namespace: 'mac',
  version: 1,
  idField: 'lexId',
  volatileFields: ['audit'],
  shape: {
    kind: 'object',
    members: {
      revision: { kind: 'number', needs: 'key' },
      agreement: {
        kind: 'object',
        needs: 'value',
        members: { ...terms, annexes: { kind: 'list', items: annex } },
      },
      audit: { kind: 'any', needs: 'key' },
    },
  },
  toAgreements(document, refuse) {
    const agreement = document.agreement ?? {};
    const enhancements = agreement.creditEnhancement;
    return [
      {
        ...ownTerms(agreement, null),
        parties: toParties(agreement.parties ?? [], 'agreement.parties', refuse),
        crossDefault: toCrossDefault(agreement.crossDefault),
        forRecordsEntity: toEnhancement(enhancements?.forRecordsEntity),
        forCounterparty: toEnhancement(enhancements?.forCounterparty),
        children: (agreement.annexes ?? []).map((child, i) => toChild(child, `agreement.annexes[${i}]`, refuse)),
      },
    ];
  },
});

function toChild(child: Annex, path: string, refuse: Refuse): ChildAgreement {
  const enhancements = child.creditEnhancement;
  return {
    ...ownTerms(child, idReference(child.underlyingObligorId)),
    parties: child.parties ? toParties(child.parties, `${path}.parties`, refuse) : null,
    crossDefault: child.crossDefault ? toCrossDefault(child.crossDefault) : null,
    // An annex has no credit enhancement but its own: what it does not mention does not apply.
    forRecordsEntity: enhancements?.forRecordsEntity
      ? toEnhancement(enhancements.forRecordsEntity)
      : NO_CREDIT_ENHANCEMENT,
    forCounterparty: enhancements?.forCounterparty
      ? toEnhancement(enhancements.forCounterparty)
      : NO_CREDIT_ENHANCEMENT,
  };
}

function ownTerms(agreement: Terms, underlyingObligor: EntityReference | null) {
  return {
    agreementId: agreement.agreementId ?? null,
    name: agreement.form ?? null,
    date: dateIn('YYYY-MM-DD', agreement.executedOn),
    governingLaw: agreement.governingLaw ?? null,
    underlyingObligor,
  };
}

function toParties(parties: readonly Party[], path: string, refuse: Refuse): Parties {
  const recordsEntities = parties.filter(({ role }) => role === 'RECORDS_ENTITY');
  const counterparties = parties.filter(({ role }) => role === 'COUNTERPARTY');
  if (recordsEntities.length !== 1) refuse(path, 'exactly one RECORDS_ENTITY', `${recordsEntities.length}`);
  if (counterparties.length === 0) refuse(path, 'one or more COUNTERPARTY', 'none');
  return {
    recordsEntity: idReference(recordsEntities[0]?.entityId),
    counterparties: counterparties.map(({ entityId, notices }) => ({
      entity: idReference(entityId),
      contact: notices ? toContact(notices) : null,
    })),
  };
}

function toContact(notices: NonNullable<Party['notices']>): Contact {
  const { name, address, phone, email } = notices;
  return { name: name ?? null, address: address ?? null, phone: phone ?? null, email: email ?? null };
}

function toCrossDefault(given: ValueOf<typeof crossDefault> | null | undefined): CrossDefault {
  return { flag: flagOf(given?.applies), entities: (given?.entityIds ?? []).map(idReference) };
}

function toEnhancement(given: ValueOf<typeof enhancement> | null | undefined): CreditEnhancement {
  return {
    flag: flagOf(given?.applies),
    provider: idReference(given?.providerId),
    agreementId: given?.agreementId ?? null,
  };
}
