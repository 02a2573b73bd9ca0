/** Documents that lex.md sections 3 and 4 reject: each spoiler breaks one rule of a valid document. */
import { completeLei } from '../model/lei.ts';
import type { Namespace } from '../model/shapes.ts';
import type { Fields, Maker } from './documents.ts';
import { ALIAS_OF_WRONG_DIGITS } from './parties.ts';

/** Changes the document in place. */
export type Spoiler = (document: Fields, maker: Maker) => void;

const SWAPPED_DIGITS = '222100OW6UHQXNHKQ143';
const ZERO_DIGITS = '7H6GLXDRUGQFU57RNE00';
const UNKNOWN_LEI = completeLei('ZZZZ00NOBODYKNOWS0');
const UNKNOWN_HOUSE = 'Nobody has imported me';
const BAD_IDENTIFIERS = [SWAPPED_DIGITS, ZERO_DIGITS, UNKNOWN_LEI, UNKNOWN_HOUSE, ALIAS_OF_WRONG_DIGITS];
const TOO_LONG_FOR_50 = ['x'.repeat(51), '😀'.repeat(51), `${'é'.repeat(50)} z`];

export function spoil(namespace: Namespace, document: Fields, maker: Maker): string {
  const [rule, spoiler] = maker.random.pick(Object.entries(SPOILERS[namespace]));
  spoiler(document, maker);
  return rule;
}

/** Sets a value deep inside; list positions are numbers. */
function set(...path: readonly [...(string | number)[]]): (value: unknown) => Spoiler {
  return (value) => (document, maker) => {
    const holder = path
      .slice(0, -1)
      .reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], document);
    const chosen = typeof value === 'function' ? (value as (m: Maker) => unknown)(maker) : value;
    const key = path.at(-1)!;
    if (chosen === undefined) delete (holder as Record<string | number, unknown>)[key];
    else (holder as Record<string | number, unknown>)[key] = chosen;
  };
}

const badIdentifier = ({ random }: Maker): string => random.pick(BAD_IDENTIFIERS);
const counterpartyOnly = (): string => 'BFM8T61CT2L1QCEMIK50';
const tooLong = ({ random }: Maker): string => random.pick(TOO_LONG_FOR_50);
/** 25 valid identifiers take 524 characters with their commas. */
const tooMany = ({ parties }: Maker): string[] => parties.counterparties.filter((id) => id.length === 20).slice(0, 25);

function macParty(role: string, field: string): (value: unknown) => Spoiler {
  return (value) => (document, maker) => {
    const { parties } = document['agreement'] as { parties: Fields[] };
    set(
      parties.findIndex((party) => party['role'] === role),
      field,
    )(value)(parties as unknown as Fields, maker);
  };
}

const macEnhancement = (side: string, value: Fields): Spoiler => set('agreement', 'creditEnhancement', side)(value);
const macAnnexes =
  (make: (maker: Maker, document: Fields) => Fields): Spoiler =>
  (document, maker) => {
    const agreement = document['agreement'] as Fields;
    agreement['annexes'] = [{ agreementId: `MAC-${maker.serial}-Z`, form: 'Annex', ...make(maker, agreement) }];
  };
const provider = 'BFM8T61CT2L1QCEMIK50';

const MAC: Readonly<Record<string, Spoiler>> = {
  'A3.2 unknown': macParty('RECORDS_ENTITY', 'entityId')(badIdentifier),
  'A3.2 absent': macParty('RECORDS_ENTITY', 'entityId')(null),
  'A3.2 in CP alone': macParty('RECORDS_ENTITY', 'entityId')(counterpartyOnly),
  'A3.3 absent': set('agreement', 'agreementId')(null),
  'A3.3 too long': set('agreement', 'agreementId')(tooLong),
  'A3.4 absent': set('agreement', 'form')(({ random }: Maker) => random.pick([null, undefined])),
  'A3.5 no day': set(
    'agreement',
    'executedOn',
  )(({ random }: Maker) => random.pick(['2010-02-30', '2001-02-29', '2010-13-01', '2010-00-10', 'soon', '25/01/2010'])),
  'A3.6 unknown': macParty('COUNTERPARTY', 'entityId')(badIdentifier),
  'A3.6 twice': (document) => {
    const { parties } = document['agreement'] as { parties: Fields[] };
    parties.push({ ...parties.find((party) => party['role'] === 'COUNTERPARTY')! });
  },
  'A3.6.1 unknown': macAnnexes((maker) => ({ underlyingObligorId: badIdentifier(maker) })),
  'A3.3 twice in a document': macAnnexes((_, agreement) => ({ agreementId: agreement['agreementId'] })),
  'annex A3.3 absent': macAnnexes(() => ({ agreementId: null })),
  'annex A3.4 absent': macAnnexes(() => ({ form: null })),
  'annex A3.5 no day': macAnnexes(() => ({ executedOn: '1999-09-31' })),
  'annex A3.8 odd': macAnnexes(() => ({ crossDefault: { applies: 'N', entityIds: [] } })),
  'A3.8 odd': set('agreement', 'crossDefault', 'applies')(({ random }: Maker) => random.pick(['Y', 'true', null, 1])),
  'A3.8 absent': set('agreement', 'crossDefault')(undefined),
  'A3.9 needed': set(
    'agreement',
    'crossDefault',
  )(({ random }: Maker) => random.pick([{ applies: true, entityIds: [] }, { applies: true }])),
  'A3.9 too long': set('agreement', 'crossDefault')((maker: Maker) => ({ applies: true, entityIds: tooMany(maker) })),
  'A3.9 unknown': set(
    'agreement',
    'crossDefault',
  )((maker: Maker) => ({ applies: true, entityIds: ['C-1', badIdentifier(maker)] })),
  'A3.10 odd': set('agreement', 'creditEnhancement', 'forRecordsEntity', 'applies')('N'),
  'A3.10 absent': set('agreement', 'creditEnhancement')(undefined),
  'A3.11 needed': macEnhancement('forRecordsEntity', { applies: true, agreementId: 'G' }),
  'A3.11 unknown': (document, maker) =>
    macEnhancement('forRecordsEntity', { applies: true, providerId: badIdentifier(maker), agreementId: 'G' })(
      document,
      maker,
    ),
  'A3.12 needed': macEnhancement('forRecordsEntity', { applies: true, providerId: provider, agreementId: null }),
  'A3.12 too long': macEnhancement('forRecordsEntity', {
    applies: true,
    providerId: provider,
    agreementId: 'x'.repeat(51),
  }),
  'A3.12.1 odd': set('agreement', 'creditEnhancement', 'forCounterparty', 'applies')(null),
  'A3.12.2 needed': macEnhancement('forCounterparty', { applies: true, providerId: null, agreementId: 'G' }),
  'A3.12.3 needed': macEnhancement('forCounterparty', { applies: true, providerId: provider }),
  'A3.13 too long': macParty('COUNTERPARTY', 'notices')({ name: 'n'.repeat(201) }),
  'A3.14 too long': macParty('COUNTERPARTY', 'notices')({ address: 'ü'.repeat(101) }),
  'A3.15 too long': macParty('COUNTERPARTY', 'notices')({ phone: '😀'.repeat(51) }),
  'A3.16 too long': macParty('COUNTERPARTY', 'notices')({ email: `${'e'.repeat(90)}@example.com` }),
  'no records entity': macParty('RECORDS_ENTITY', 'role')('COUNTERPARTY'),
  'two records entities': (document) => {
    const { parties } = document['agreement'] as { parties: Fields[] };
    parties.push({ ...parties.find((party) => party['role'] === 'RECORDS_ENTITY')! });
  },
  'no counterparty': (document) => {
    const agreement = document['agreement'] as { parties: Fields[] };
    agreement.parties = agreement.parties.filter((party) => party['role'] === 'RECORDS_ENTITY');
  },
  'no revision': set('revision')(undefined),
  'no legal name': macParty('COUNTERPARTY', 'legalName')(undefined),
  'no agreement': set('agreement')(null),
  'parties no list': set('agreement', 'parties')({}),
};

const DOCMAN: Readonly<Record<string, Spoiler>> = {
  'A3.2 unknown': set('party_1_id')(badIdentifier),
  'A3.2 in CP alone': set('party_1_id')(counterpartyOnly),
  'A3.2 name unknown': (document) => Object.assign(document, { party_1: 'Who Ever LLC', party_1_id: '' }),
  'A3.3 absent': set('agreement_ref')(''),
  'A3.3 too long': set('agreement_ref')(tooLong),
  'A3.4 absent': set('title')(({ random }: Maker) => random.pick(['', null])),
  'A3.5 no day': set('dated')(({ random }: Maker) =>
    random.pick(['02/30/2014', '13/01/2014', '00/10/2014', 'May 8, 2014', '2014-05-08', '02/29/1900']),
  ),
  'A3.6 unknown': set('party_2_id')(badIdentifier),
  'A3.6 name unknown': (document) => Object.assign(document, { party_2: 'Who Ever LLC', party_2_id: '' }),
  'A3.6 of more unknown': set('more_parties')(['Who Ever LLC']),
  'A3.6 twice': (document) => Object.assign(document, { party_2_id: 'C-1', more_parties: ['c-1.'] }),
  'A3.8 odd': set('cross_default')(({ random }: Maker) => random.pick(['', 'X', 'y', 'Yes', null])),
  'A3.9 needed': (document) => Object.assign(document, { cross_default: 'Y', cross_default_ids: '' }),
  'A3.9 unknown': (document, maker) =>
    Object.assign(document, { cross_default: 'Y', cross_default_ids: `C-1, ${badIdentifier(maker)}` }),
  'A3.9 too long': (document, maker) =>
    Object.assign(document, { cross_default: 'Y', cross_default_ids: tooMany(maker).join(', ') }),
  'A3.10 odd': set('guarantee_received')('n'),
  'A3.11 needed': (document) =>
    Object.assign(document, { guarantee_received: 'Y', guarantee_received_from: '', guarantee_received_ref: 'G' }),
  'A3.12 needed': (document) =>
    Object.assign(document, { guarantee_received: 'Y', guarantee_received_from: provider, guarantee_received_ref: '' }),
  'A3.12.1 odd': set('guarantee_given')(''),
  'A3.12.2 unknown': (document) =>
    Object.assign(document, { guarantee_given: 'Y', guarantee_given_by: 'Who Ever LLC', guarantee_given_ref: 'G' }),
  'A3.12.3 too long': (document) =>
    Object.assign(document, {
      guarantee_given: 'Y',
      guarantee_given_by: provider,
      guarantee_given_ref: 'g'.repeat(51),
    }),
  'A3.14 too long': set('notice_address')('x'.repeat(101)),
  'A3.16 too long': set('notice_email')('x'.repeat(101)),
  'no source file': set('source_file')(undefined),
  'no parent': set('parent_ref')(undefined),
};

const firstOf = (...path: string[]): ((value: unknown) => Spoiler) => set('agreements', 0, ...path);
const support = (value: unknown): Spoiler => firstOf('support')(value);
const twice = { benefit: 'US', provider, ref: 'G' };

const PWM: Readonly<Record<string, Spoiler>> = {
  'A3.2 unknown': set('bookedWith', 'lei')(badIdentifier),
  'A3.2 absent': set('bookedWith', 'lei')(null),
  'A3.2 in CP alone': set('bookedWith', 'lei')(counterpartyOnly),
  'A3.3 absent': firstOf('ref')(null),
  'A3.3 too long': firstOf('ref')(tooLong),
  'A3.3 twice': (document) => {
    const agreements = document['agreements'] as Fields[];
    agreements.push({ ...agreements[0]! });
  },
  'A3.4 absent': firstOf('name')(null),
  'A3.6 unknown': set('client', 'lei')(badIdentifier),
  'A3.6 number unknown': (document) =>
    Object.assign(document['client'] as Fields, { lei: null, number: UNKNOWN_HOUSE }),
  'A3.6.1 unknown': firstOf('obligor')(badIdentifier),
  'A3.8 odd': firstOf('crossDefault')(({ random }: Maker) =>
    random.pick([
      { flag: 'y', ids: [] },
      { flag: null, ids: [] },
      { flag: true, ids: ['C-1'] },
    ]),
  ),
  'A3.9 needed': firstOf('crossDefault')({ flag: 'Y', ids: [] }),
  'A3.9 unknown': firstOf('crossDefault')((maker: Maker) => ({ flag: 'Y', ids: [badIdentifier(maker)] })),
  'A3.11 needed': support([{ benefit: 'US', provider: null, ref: 'G' }]),
  'A3.12 needed': support([{ benefit: 'US', provider, ref: null }]),
  'A3.12.2 unknown': support([{ benefit: 'CLIENT', provider: UNKNOWN_LEI, ref: 'G' }]),
  'A3.12.3 too long': support([{ benefit: 'CLIENT', provider, ref: 'g'.repeat(51) }]),
  'two supports': support([twice, twice]),
  'A3.14 too long': set('client', 'contact')({ lines: ['a'.repeat(50), 'b'.repeat(49)] }),
  'A3.15 too long': set('client', 'contact')({ tel: '1'.repeat(51) }),
  'no name of the bank': set('bookedWith', 'name')(undefined),
};

const CCT: Readonly<Record<string, Spoiler>> = {
  'A3.2 unknown': set('le')(badIdentifier),
  'A3.2 in CP alone': set('le')(counterpartyOnly),
  'A3.3 absent': set('ag', 'id')(null),
  'A3.3 too long': set('ag', 'id')(tooLong),
  'A3.4 absent': set('ag', 'nm')(null),
  'A3.5 no day': set('ag', 'dt')(({ random }: Maker) => random.pick([20100230, 20101301, 20100100, 19000229])),
  'A3.6 unknown': set('cp', 0)(badIdentifier),
  'A3.6 twice': set('cp')(['C-1', 'c-1 ']),
  'A3.6.1 unknown': (document, maker) =>
    Object.assign(document, { ch: [{ id: 'CH', nm: 'Child', dt: 20100101, lw: 'ENG', ob: badIdentifier(maker) }] }),
  'child with its master id': (document) => {
    const { id } = document['ag'] as Fields;
    document['ch'] = [{ id, nm: 'Child', dt: 20100101, lw: 'ENG' }];
  },
  'child A3.4 absent': (document) => Object.assign(document, { ch: [{ id: 'CH', nm: null, dt: 20100101, lw: 'ENG' }] }),
  'A3.9 unknown': set('xd')((maker: Maker) => ['C-1', badIdentifier(maker)]),
  'A3.9 too long': set('xd')(tooMany),
  'A3.11 needed': set('ce', 're')({ p: null, d: 'G' }),
  'A3.12 needed': set('ce', 're')({ p: provider, d: null }),
  'A3.12.2 unknown': set('ce', 'cp')((maker: Maker) => ({ p: badIdentifier(maker), d: 'G' })),
  'A3.12.3 too long': set('ce', 'cp')({ p: provider, d: 'g'.repeat(51) }),
  'A3.13 too long': set('nt')(['n'.repeat(201), null, null, null]),
  'A3.15 too long': set('nt')([null, null, 'n'.repeat(51), null]),
  'no version': set('v')(undefined),
};

/** A missing volatile field is not among them: its rule is at odds with the hash that leaves volatile fields out. */
export const SPOILERS: Readonly<Record<Namespace, Readonly<Record<string, Spoiler>>>> = {
  mac: MAC,
  docman: DOCMAN,
  pwm: PWM,
  cct: CCT,
};
