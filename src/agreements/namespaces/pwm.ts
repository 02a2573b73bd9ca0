/** Namespace `pwm`: a client with all its agreements. One record an agreement. */
import type { Agreement, Contact, CreditEnhancement, CrossDefault } from '../agreement.ts';
import { NO_CREDIT_ENHANCEMENT } from '../agreement.ts';
import { dateIn, idReference, isGiven } from './mapping-parts.ts';
import { defineNamespace, type Refuse } from './namespace-module.ts';
import type { ObjectShape, ValueOf } from './shape.ts';

const contactText = { kind: 'text', isContact: true } as const;

const contact = {
  kind: 'object',
  isContact: true,
  members: {
    to: contactText,
    lines: { kind: 'list', isContact: true, items: contactText },
    tel: contactText,
    mail: contactText,
  },
} as const satisfies ObjectShape;

const support = {
  kind: 'object',
  members: {
    benefit: { kind: 'text', needs: 'value', oneOf: ['US', 'CLIENT'] },
    provider: { kind: 'text' },
    ref: { kind: 'text' },
  },
} as const satisfies ObjectShape;

const agreement = {
  kind: 'object',
  members: {
    ref: { kind: 'text', field: 'A3.3' },
    name: { kind: 'text', field: 'A3.4' },
    signed: { kind: 'number', field: 'A3.5' },
    law: { kind: 'text', field: 'A3.7' },
    parentRef: { kind: 'text', needs: 'key' },
    crossDefault: {
      kind: 'object',
      members: {
        flag: { kind: 'text', field: 'A3.8' },
        ids: { kind: 'list', items: { kind: 'text', field: 'A3.9' } },
      },
    },
    support: { kind: 'list', items: support },
    obligor: { kind: 'text', field: 'A3.6.1' },
  },
} as const satisfies ObjectShape;

type Support = ValueOf<typeof support>;

export const pwm = defineNamespace({
  namespace: 'pwm',
  version: 1,
  idField: 'id',
  volatileFields: ['lastContactAt'],
  shape: {
    kind: 'object',
    members: {
      client: {
        kind: 'object',
        needs: 'value',
        members: {
          number: { kind: 'text', field: 'A3.6' },
          lei: { kind: 'text', field: 'A3.6' },
          name: { kind: 'text', needs: 'key' },
          contact,
        },
      },
      bookedWith: {
        kind: 'object',
        needs: 'value',
        members: { lei: { kind: 'text', field: 'A3.2' }, name: { kind: 'text', needs: 'key' } },
      },
      agreements: { kind: 'list', needs: 'value', items: agreement },
      lastContactAt: { kind: 'any', needs: 'key' },
    },
  },
  toAgreements(document, refuse) {
    const { client, bookedWith } = document;
    const parties = {
      recordsEntity: idReference(bookedWith?.lei),
      counterparties: [
        {
          entity: idReference(client?.lei) ?? idReference(client?.number),
          contact: client?.contact ? toContact(client.contact) : null,
        },
      ],
    };
    return (document.agreements ?? []).map(
      (given, i): Agreement => ({
        agreementId: given.ref ?? null,
        name: given.name ?? null,
        date: dateIn('epoch-ms', given.signed),
        governingLaw: given.law ?? null,
        underlyingObligor: idReference(given.obligor),
        parties,
        crossDefault: toCrossDefault(given.crossDefault),
        forRecordsEntity: toEnhancement(given.support, 'US', `agreements[${i}].support`, refuse),
        forCounterparty: toEnhancement(given.support, 'CLIENT', `agreements[${i}].support`, refuse),
        children: [], // All agreements of the client stand side by side; `parentRef` is no part of A-3.
      }),
    );
  },
});

function toContact(given: ValueOf<typeof contact>): Contact {
  const lines = given.lines ?? [];
  return {
    name: given.to ?? null,
    address: lines.some(isGiven) ? lines.join(', ') : null,
    phone: given.tel ?? null,
    email: given.mail ?? null,
  };
}

function toCrossDefault(given: ValueOf<typeof agreement.members.crossDefault> | null | undefined): CrossDefault {
  if (!given) return { flag: 'N', entities: [] };
  return { flag: given.flag ?? null, entities: (given.ids ?? []).map(idReference) };
}

function toEnhancement(
  support: readonly Support[] | null | undefined,
  benefit: 'US' | 'CLIENT',
  path: string,
  refuse: Refuse,
): CreditEnhancement {
  const [first, ...more] = (support ?? []).filter((entry) => entry.benefit === benefit);
  if (more.length > 0) refuse(path, `at most one for the benefit of ${benefit}`, `${more.length + 1}`);
  if (first === undefined) return NO_CREDIT_ENHANCEMENT;
  return { flag: 'Y', provider: idReference(first.provider), agreementId: first.ref ?? null };
}
