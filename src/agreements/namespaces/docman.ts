/** Namespace `docman`: index cards of a document management system. Flat, all texts, names rather than identifiers. */
import type { Contact, CreditEnhancement, EntityReference } from '../agreement.ts';
import { dateIn, idReference, isGiven, nameReference } from './mapping-parts.ts';
import { defineNamespace } from './namespace-module.ts';
import type { ObjectShape, ValueOf } from './shape.ts';

const text = { kind: 'text' } as const;
const contactText = { kind: 'text', isContact: true } as const;
/** Feeds nothing in A-3, but belongs to the card. */
const needed = { kind: 'text', needs: 'key' } as const;

const card = {
  kind: 'object',
  members: {
    agreement_ref: { kind: 'text', field: 'A3.3' },
    title: { kind: 'text', field: 'A3.4' },
    party_1: { kind: 'text', field: 'A3.2' },
    party_1_id: { kind: 'text', field: 'A3.2' },
    party_2: { kind: 'text', field: 'A3.6' },
    party_2_id: { kind: 'text', field: 'A3.6' },
    more_parties: { kind: 'list', items: { kind: 'text', field: 'A3.6' } },
    dated: { kind: 'text', field: 'A3.5' },
    law: { kind: 'text', field: 'A3.7' },
    cross_default: { kind: 'text', field: 'A3.8' },
    cross_default_ids: { kind: 'text', field: 'A3.9' },
    guarantee_received: { kind: 'text', field: 'A3.10' },
    guarantee_received_from: { kind: 'text', field: 'A3.11' },
    guarantee_received_ref: { kind: 'text', field: 'A3.12' },
    guarantee_given: { kind: 'text', field: 'A3.12.1' },
    guarantee_given_by: { kind: 'text', field: 'A3.12.2' },
    guarantee_given_ref: text,
    notice_name: contactText,
    notice_address: contactText,
    notice_phone: contactText,
    notice_email: contactText,
    parent_ref: needed,
    source_file: needed,
    indexed_at: { kind: 'any', needs: 'key' },
  },
} as const satisfies ObjectShape;

type Card = ValueOf<typeof card>;

export const docman = defineNamespace({
  namespace: 'docman',
  version: 1,
  idField: 'doc_id',
  volatileFields: ['indexed_at'],
  shape: card,
  toAgreements(document) {
    const contact = toContact(document);
    const more = (document.more_parties ?? []).filter(isGiven);
    return [
      {
        agreementId: given(document.agreement_ref),
        name: given(document.title),
        date: dateIn('MM/DD/YYYY', given(document.dated)),
        governingLaw: given(document.law),
        underlyingObligor: null,
        parties: {
          recordsEntity: toParty(document.party_1_id, document.party_1),
          counterparties: [
            { entity: toParty(document.party_2_id, document.party_2), contact },
            ...more.map((name) => ({ entity: nameReference(name), contact })),
          ],
        },
        crossDefault: {
          flag: given(document.cross_default),
          entities: (document.cross_default_ids ?? '').split(',').filter(isGiven).map(idReference),
        },
        forRecordsEntity: toEnhancement(
          document.guarantee_received,
          document.guarantee_received_from,
          document.guarantee_received_ref,
        ),
        forCounterparty: toEnhancement(
          document.guarantee_given,
          document.guarantee_given_by,
          document.guarantee_given_ref,
        ),
        // A card that hangs under another (`parent_ref`) is a document and a record of its own.
        children: [],
      },
    ];
  },
});

type Text = string | null | undefined;

/** An empty text is an absent one on these cards. */
function given(value: Text): string | null {
  return isGiven(value) ? value : null;
}

function toParty(id: Text, name: Text): EntityReference | null {
  return idReference(id) ?? nameReference(name);
}

function toEnhancement(flag: Text, provider: Text, ref: Text): CreditEnhancement {
  return { flag: given(flag), provider: idReference(provider), agreementId: given(ref) };
}

function toContact(document: Card): Contact {
  return {
    name: given(document.notice_name),
    address: given(document.notice_address),
    phone: given(document.notice_phone),
    email: given(document.notice_email),
  };
}
