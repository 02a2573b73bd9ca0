/** Documents of the four shapes: messy, and valid by lex.md sections 3 and 4. */
import type { Namespace } from '../model/shapes.ts';
import { type Parties, UNKNOWN_LAWS, writeIdentifier, writeLaw, writeName } from './parties.ts';
import type { Random } from './random.ts';
import { makeContact, makeDay, makeTitle, makeUnknownFields } from './texts.ts';

export type Fields = Record<string, unknown>;

export interface Maker {
  readonly random: Random;
  readonly parties: Parties;
  /** In every agreement id of the document, so that documents do not share them by accident. */
  readonly serial: number;
}

export function makeDocument(namespace: Namespace, id: string, maker: Maker): Fields {
  const document = { mac: makeMac, docman: makeDocman, pwm: makePwm, cct: makeCct }[namespace](id, maker);
  return { ...document, ...makeUnknownFields(maker.random) };
}

/** Different entities; several of them, where asked, may be those that stand in CO alone. */
function pickCounterparties({ random, parties }: Maker, count: number): string[] {
  const pool = random.chance(0.1) ? [...parties.counterparties, ...parties.coOnly] : parties.counterparties;
  return random.shuffle(pool).slice(0, count);
}

function anyIdentifiers(maker: Maker, count: number): string[] {
  const everyone = [...maker.parties.counterparties, ...maker.parties.coOnly, ...maker.parties.recordsEntities];
  return maker.random
    .shuffle(everyone)
    .slice(0, count)
    .map((id) => identifier(maker, id));
}

function identifier({ random, parties }: Maker, id: string): string {
  return writeIdentifier(random, parties, id);
}

function agreementId({ random, serial }: Maker, prefix: string, suffix: string): string {
  if (suffix === '' && random.chance(0.03)) return `SHARED-${random.int(1, 3)}`;
  const id = `${prefix}-${serial}${suffix}`;
  if (random.chance(0.05)) return `${id} ${'é'.repeat(50 - id.length - 1)}`;
  return random.chance(0.05) ? ` ${id}~` : id;
}

function countOf({ random }: Maker): number {
  return random.pick([1, 1, 1, 2, 3, 5]);
}

function lawText({ random, parties }: Maker): string | null {
  if (random.chance(0.1)) return null;
  if (random.chance(0.15)) return random.pick(UNKNOWN_LAWS);
  return writeLaw(random, random.pick(parties.lookUps.laws)[0]);
}

function lawCode({ random }: Maker): string | null {
  return random.chance(0.1) ? null : random.pick(['US-NY', 'US-DE', 'GB-ENG', 'DE', 'QQ-ZZZ']);
}

function makeMac(id: string, maker: Maker): Fields {
  const { random, serial } = maker;
  const parties = macParties(maker, countOf(maker));
  const annexes = Array.from({ length: random.pick([0, 0, 1, 2, 4]) }, (_, i) => macAnnex(maker, i, parties));
  return {
    lexId: id,
    revision: random.int(1, 99),
    agreement: {
      agreementId: agreementId(maker, 'MAC', ''),
      form: makeTitle(random),
      ...optional(random, 'executedOn', makeDay(random)),
      ...optional(random, 'governingLaw', lawText(maker)),
      parties,
      crossDefault: macCrossDefault(maker),
      creditEnhancement: { forRecordsEntity: macEnhancement(maker), forCounterparty: macEnhancement(maker) },
      ...(annexes.length > 0 || random.chance(0.5)
        ? { annexes: annexes.length === 0 ? random.pick([[], null]) : annexes }
        : {}),
    },
    audit: { retrievedAt: '2021-10-20T01:02:03Z', viewCount: serial },
  };
}

function macParties(maker: Maker, counterparties: number): Fields[] {
  const { random, parties } = maker;
  const records = {
    role: 'RECORDS_ENTITY',
    entityId: identifier(maker, random.pick(parties.recordsEntities)),
    legalName: 'The bank',
  };
  const others = pickCounterparties(maker, counterparties).map((party) => ({
    role: 'COUNTERPARTY',
    entityId: identifier(maker, party),
    legalName: parties.namesOf.get(party)?.[0] ?? null,
    ...optional(random, 'notices', random.chance(0.2) ? null : macNotices(random)),
  }));
  return random.shuffle([records, ...others]);
}

function macNotices(random: Random): Fields {
  return {
    ...optional(random, 'name', makeContact(random, 200)),
    ...optional(random, 'address', makeContact(random, 100)),
    ...optional(random, 'phone', makeContact(random, 50)),
    ...optional(random, 'email', makeContact(random, 100)),
  };
}

function macAnnex(maker: Maker, index: number, masters: readonly Fields[]): Fields {
  const { random } = maker;
  // Whose contact an annex with parties of its own takes is not said: its parties have notices, or the master's have none.
  const mayOwnParties = masters.every((party) => party['notices'] === undefined || party['notices'] === null);
  return {
    agreementId: agreementId(maker, 'MAC', `-${String.fromCharCode(65 + index)}`),
    form: makeTitle(random),
    ...optional(random, 'executedOn', makeDay(random)),
    ...optional(random, 'governingLaw', lawText(maker)),
    ...optional(random, 'underlyingObligorId', random.chance(0.3) ? null : anyIdentifiers(maker, 1)[0]),
    ...(mayOwnParties && random.chance(0.3) ? { parties: macParties(maker, random.int(1, 2)) } : {}),
    ...(random.chance(0.2) ? { crossDefault: macCrossDefault(maker) } : {}),
    ...(random.chance(0.2)
      ? { creditEnhancement: { forRecordsEntity: macEnhancement(maker), forCounterparty: macEnhancement(maker) } }
      : {}),
  };
}

function macCrossDefault(maker: Maker): Fields {
  const { random } = maker;
  if (random.chance(0.4)) return { applies: true, entityIds: anyIdentifiers(maker, random.pick([1, 2, 3, 22])) };
  return random.pick<Fields>([
    { applies: false, entityIds: [] },
    { applies: false },
    { applies: false, entityIds: anyIdentifiers(maker, 1) },
  ]);
}

function macEnhancement(maker: Maker): Fields {
  const { random, serial } = maker;
  if (random.chance(0.3)) {
    const [provider] = pickCounterparties(maker, 1);
    return {
      applies: true,
      providerId: identifier(maker, provider!),
      agreementId: random.pick([`MAC-${serial}-A`, 'names nothing', '😀'.repeat(50)]),
    };
  }
  // Beside N: left out, and not looked up.
  return random.chance(0.2)
    ? { applies: false, providerId: 'unknown to all', agreementId: 'unused' }
    : { applies: false };
}

function makeDocman(id: string, maker: Maker): Fields {
  const { random, parties, serial } = maker;
  const records = random.pick(parties.recordsEntities);
  const [second, ...more] = pickCounterparties(maker, countOf(maker));
  const name = (party: string): string => writeName(random, parties.namesOf.get(party)![0]!);
  const day = makeDay(random);
  const crossDefaults = random.chance(0.3) ? anyIdentifiers(maker, random.pick([1, 2, 5])) : [];
  return {
    doc_id: id,
    agreement_ref: agreementId(maker, 'cuad', ''),
    title: makeTitle(random),
    party_1: name(records),
    party_1_id: random.chance(0.3) ? identifier(maker, records) : random.pick(['', '', null]),
    party_2: name(second!),
    party_2_id: random.chance(0.3) ? identifier(maker, second!) : '',
    more_parties: more.map(name),
    dated: random.chance(0.1) ? '' : `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`,
    law: lawText(maker) ?? '',
    cross_default: crossDefaults.length > 0 ? 'Y' : 'N',
    cross_default_ids: crossDefaults.join(random.pick([',', ', '])),
    ...docmanGuarantee(maker, 'guarantee_received', 'guarantee_received_from', 'guarantee_received_ref', name),
    ...docmanGuarantee(maker, 'guarantee_given', 'guarantee_given_by', 'guarantee_given_ref', name),
    notice_name: makeContact(random, 200) ?? '',
    notice_address: makeContact(random, 100) ?? '',
    notice_phone: makeContact(random, 50) ?? '',
    notice_email: makeContact(random, 100) ?? '',
    parent_ref: random.pick(['', `cuad-${serial - 1}`]),
    source_file: 'Some…file (1).pdf',
    indexed_at: '2021-10-20 01:02:03',
  };
}

function docmanGuarantee(
  maker: Maker,
  flag: string,
  from: string,
  ref: string,
  name: (party: string) => string,
): Fields {
  const { random, serial } = maker;
  if (random.chance(0.7)) return { [flag]: 'N', [from]: random.pick(['', '', 'nobody known']), [ref]: '' };
  const [provider] = pickCounterparties(maker, 1);
  return {
    [flag]: 'Y',
    [from]: random.chance(0.5) ? name(provider!) : identifier(maker, provider!),
    [ref]: `cuad-${serial}`,
  };
}

function makePwm(id: string, maker: Maker): Fields {
  const { random, parties, serial } = maker;
  const [party] = pickCounterparties(maker, 1);
  const usesLei = random.chance(0.5);
  const count = random.pick([1, 2, 3, 6]);
  return {
    id,
    client: {
      number: usesLei ? `C-${serial}-unused` : identifier(maker, party!),
      lei: usesLei ? identifier(maker, party!) : null,
      name: parties.namesOf.get(party!)?.[0] ?? null,
      ...optional(
        random,
        'contact',
        random.chance(0.2)
          ? null
          : {
              ...optional(random, 'to', makeContact(random, 200)),
              ...optional(
                random,
                'lines',
                random.chance(0.2) ? null : ['1 Main St', 'Boston, MA 02108 ~ USA', 'Zürich'],
              ),
              ...optional(random, 'tel', makeContact(random, 50)),
              ...optional(random, 'mail', makeContact(random, 100)),
            },
      ),
    },
    bookedWith: { lei: identifier(maker, random.pick(parties.recordsEntities)), name: 'The bank' },
    agreements: Array.from({ length: count }, (_, i) => pwmAgreement(maker, i)),
    lastContactAt: '2021-10-20T01:02:03Z',
  };
}

function pwmAgreement(maker: Maker, index: number): Fields {
  const { random, serial } = maker;
  const signed = Date.parse(makeDay(random)) + random.pick([0, 0, 86_399_999, 43_200_000]);
  const support = ['US', 'CLIENT']
    .filter(() => random.chance(0.3))
    .map((benefit) => ({
      benefit,
      provider: identifier(maker, pickCounterparties(maker, 1)[0]!),
      ref: `PWM-${serial}-${random.int(1, 9)}`,
    }));
  return {
    ref: agreementId(maker, 'PWM', `-${index}`),
    name: makeTitle(random),
    ...optional(random, 'signed', random.chance(0.1) ? null : signed),
    ...optional(random, 'law', lawCode(maker)),
    parentRef: index === 0 ? null : `PWM-${serial}-0`,
    ...(random.chance(0.4)
      ? {
          crossDefault: random.chance(0.5)
            ? { flag: 'Y', ids: anyIdentifiers(maker, random.int(1, 3)) }
            : { flag: 'N', ids: [] },
        }
      : {}),
    ...(support.length > 0 ? { support } : random.pick<Fields>([{}, { support: [] }, { support: null }])),
    ...(random.chance(0.2) ? { obligor: anyIdentifiers(maker, 1)[0] } : {}),
  };
}

function makeCct(id: string, maker: Maker): Fields {
  const { random, parties, serial } = maker;
  const ce = (): Fields | null =>
    random.chance(0.7) ? null : { p: identifier(maker, pickCounterparties(maker, 1)[0]!), d: `CCT-${serial}A` };
  const agreement = (suffix: string): Fields => ({
    id: agreementId(maker, 'CCT', suffix),
    nm: makeTitle(random),
    dt: random.chance(0.1) ? null : Number(makeDay(random).replaceAll('-', '')),
    lw: random.chance(0.1) ? null : random.pick(['ENG', 'DE', 'US-NY', 'QQQ']),
  });
  return {
    k: id,
    v: random.int(1, 9),
    le: identifier(maker, random.pick(parties.recordsEntities)),
    cp: pickCounterparties(maker, countOf(maker)).map((party) => identifier(maker, party)),
    ag: agreement(''),
    xd: random.chance(0.6) ? [] : anyIdentifiers(maker, random.int(1, 4)),
    ce: { re: ce(), cp: ce() },
    ...optional(
      random,
      'nt',
      random.chance(0.2)
        ? null
        : [makeContact(random, 200), makeContact(random, 100), makeContact(random, 50), makeContact(random, 100)],
    ),
    ch: Array.from({ length: random.pick([0, 0, 1, 3]) }, (_, i) => ({
      ...agreement(String.fromCharCode(65 + i)),
      ...optional(random, 'ob', random.chance(0.3) ? null : anyIdentifiers(maker, 1)[0]),
    })),
    ts: 1_634_691_723,
  };
}

/** An optional field that has no value is absent or null: both mean the same. */
function optional(random: Random, key: string, value: unknown): Fields {
  if (value !== null && value !== undefined) return { [key]: value };
  return random.chance(0.5) ? { [key]: null } : {};
}
