/** An agreement in the shape of each namespace. Key order is the shapes' own. */
import { epochMs, isoDate, numberDate, readShortDate, slashDate } from './calendar-date.ts';
import { houseIdentifier } from './house-identifier.ts';
import type { KnownLaw, Namespace, Reading, SourceAgreement } from './source.ts';
import { agreementNumber, partiesOf } from './split.ts';

export interface Document {
  readonly lexId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Filing {
  readonly namespace: Namespace;
  /** 1 when first filed, 2 when corrected since. */
  readonly revision: number;
  /** The volatile field's time, ISO 8601 UTC with whole seconds. */
  readonly readAt: string;
}

interface Context {
  readonly lexId: string;
  readonly parties: readonly string[];
  readonly identifiers: readonly (string | null)[];
  readonly lawCode: string | null;
  readonly filing: Filing;
}

/** The agreement's document under the id `<namespace>-<number, ten digits>`. */
export function documentOf(
  agreement: SourceAgreement,
  filing: Filing,
  { reading, laws }: { readonly reading: Reading; readonly laws: readonly KnownLaw[] },
): Document {
  const parties = partiesOf(agreement, reading);
  const context = {
    lexId: `${filing.namespace}-${String(agreementNumber(agreement)).padStart(10, '0')}`,
    parties,
    identifiers: parties.map((party) => (reading.names_nobody.includes(party) ? null : houseIdentifier(party))),
    lawCode: laws.find((law) => law.text === agreement.governing_law)?.code ?? null,
    filing,
  };
  return { lexId: context.lexId, body: SHAPES[filing.namespace](agreement, context) };
}

const SHAPES = { mac, docman, pwm, cct } as const;

function mac(agreement: SourceAgreement, { lexId, parties, identifiers, filing }: Context): Document['body'] {
  const date = readShortDate(agreement.agreement_date);
  return {
    lexId,
    revision: filing.revision,
    agreement: {
      agreementId: agreement.id,
      form: agreement.title,
      ...(date === null ? {} : { executedOn: isoDate(date) }),
      ...(agreement.governing_law === '' ? {} : { governingLaw: agreement.governing_law }),
      parties: parties.map((party, index) => ({
        role: index === 0 ? 'RECORDS_ENTITY' : 'COUNTERPARTY',
        entityId: identifiers[index] ?? null,
        legalName: party,
      })),
      crossDefault: { applies: false, entityIds: [] },
      creditEnhancement: { forRecordsEntity: { applies: false }, forCounterparty: { applies: false } },
      annexes: [],
    },
    audit: { retrievedAt: filing.readAt, viewCount: agreementNumber(agreement) % 17 },
  };
}

function docman(agreement: SourceAgreement, { lexId, parties, filing }: Context): Document['body'] {
  const date = readShortDate(agreement.agreement_date);
  return {
    doc_id: lexId,
    agreement_ref: agreement.id,
    title: agreement.title,
    party_1: parties[0] ?? '',
    party_1_id: '',
    party_2: parties[1] ?? '',
    party_2_id: '',
    more_parties: parties.slice(2),
    dated: date === null ? '' : slashDate(date),
    law: agreement.governing_law,
    cross_default: 'N',
    cross_default_ids: '',
    guarantee_received: 'N',
    guarantee_received_from: '',
    guarantee_received_ref: '',
    guarantee_given: 'N',
    guarantee_given_by: '',
    guarantee_given_ref: '',
    notice_name: '',
    notice_address: '',
    notice_phone: '',
    notice_email: '',
    parent_ref: '',
    source_file: agreement.source_file,
    indexed_at: filing.readAt.replace('T', ' ').replace('Z', ''),
  };
}

function pwm(agreement: SourceAgreement, { lexId, parties, identifiers, lawCode, filing }: Context): Document['body'] {
  const date = readShortDate(agreement.agreement_date);
  return {
    id: lexId,
    client: {
      number: identifiers[1] ?? null,
      lei: null,
      name: parties[1] ?? null,
      contact: { to: null, lines: [], tel: null, mail: null },
    },
    bookedWith: { lei: identifiers[0] ?? null, name: parties[0] ?? null },
    agreements: [
      {
        ref: agreement.id,
        name: agreement.title,
        ...(date === null ? {} : { signed: epochMs(date) }),
        ...(lawCode === null ? {} : { law: lawCode }),
        parentRef: null,
        crossDefault: { flag: 'N', ids: [] },
        support: [],
      },
    ],
    lastContactAt: filing.readAt,
  };
}

function cct(agreement: SourceAgreement, { lexId, identifiers, lawCode, filing }: Context): Document['body'] {
  const date = readShortDate(agreement.agreement_date);
  return {
    k: lexId,
    v: filing.revision,
    le: identifiers[0] ?? null,
    cp: identifiers.slice(1),
    ag: { id: agreement.id, nm: agreement.title, dt: date === null ? null : numberDate(date), lw: lawCode },
    xd: [],
    ce: { re: null, cp: null },
    ch: [],
    ts: Date.parse(filing.readAt) / 1000,
  };
}
