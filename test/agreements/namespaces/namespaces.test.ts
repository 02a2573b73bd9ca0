import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_NAMESPACES } from '../../../src/agreements/namespaces/built-in.ts';
import { cct } from '../../../src/agreements/namespaces/cct.ts';
import { docman } from '../../../src/agreements/namespaces/docman.ts';
import { mac } from '../../../src/agreements/namespaces/mac.ts';
import type { NamespaceModule } from '../../../src/agreements/namespaces/namespace-module.ts';
import { pwm } from '../../../src/agreements/namespaces/pwm.ts';
import { finishDocument } from '../../../src/agreements/table-a3/finish.ts';
import { prepareDocument } from '../../../src/agreements/table-a3/prepare.ts';
import { DEFAULT_RULES } from '../../../src/agreements/table-a3/rules-in-force.ts';
import {
  cctDocument,
  docmanDocument,
  GOLDMAN_SACHS_BANK,
  GOLDMAN_SACHS_GROUP,
  JPMORGAN,
  KNOWN,
  lookUpsOf,
  macDocument,
  pwmDocument,
  UBS,
  UBS_GROUP,
} from '../../fixtures/documents.ts';

function transform(module: NamespaceModule, document: unknown) {
  return finishDocument(prepareDocument(module, document), lookUpsOf(KNOWN), DEFAULT_RULES);
}

function rules(module: NamespaceModule, document: unknown): readonly string[] {
  return transform(module, document).findings.map(({ rule }) => rule);
}

/** The document without its contact, its id field and the like: only the fields given, of every row. */
function valuesOf(
  module: NamespaceModule,
  document: unknown,
  ...fields: ('A3.3' | 'A3.6' | 'A3.8' | 'A3.9' | 'A3.13')[]
) {
  const { rows, findings } = transform(module, document);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return rows.map(({ values }) => fields.map((field) => values[field]));
}

const NO_ENHANCEMENT = { 'A3.10': 'N', 'A3.11': null, 'A3.12': null };
const NONE_GIVEN = { 'A3.12.1': 'N', 'A3.12.2': null, 'A3.12.3': null };

describe('mac', () => {
  const contact = {
    'A3.13': 'Legal Department',
    'A3.14': 'Bahnhofstrasse 45, Zurich',
    'A3.15': '41-44-0000000',
    'A3.16': 'legal@example.com',
  };
  const parties = { 'A3.2': GOLDMAN_SACHS_BANK, 'A3.6': UBS };
  const crossDefault = { 'A3.8': 'Y', 'A3.9': UBS_GROUP };
  const dated = { 'A3.5': '2010-01-25', 'A3.7': 'New York' };

  it('makes a record of the master and one of its annex, which takes parties, contact and cross-default', () => {
    const { rows } = transform(mac, macDocument());

    expect(rows.map(({ values }) => values)).toEqual([
      {
        ...{ ...parties, ...dated, ...crossDefault, ...contact, ...NONE_GIVEN },
        ...{ 'A3.3': 'MAC-42', 'A3.4': 'ISDA Master Agreement 2002', 'A3.6.1': null },
        ...{ 'A3.10': 'Y', 'A3.11': UBS_GROUP, 'A3.12': 'MAC-42-G' },
      },
      {
        ...{ ...parties, ...dated, ...crossDefault, ...contact, ...NO_ENHANCEMENT, ...NONE_GIVEN },
        ...{ 'A3.3': 'MAC-42-G', 'A3.4': 'Guarantee Agreement', 'A3.6.1': UBS },
      },
    ]);
  });

  it('makes a record a counterparty, each with its own contact', () => {
    const document = macDocument();
    document.agreement.annexes = [];
    document.agreement.parties.push({ role: 'COUNTERPARTY', entityId: JPMORGAN, legalName: 'JPMorgan Chase & Co.' });

    expect(valuesOf(mac, document, 'A3.3', 'A3.6', 'A3.13')).toEqual([
      ['MAC-42', JPMORGAN, null],
      ['MAC-42', UBS, 'Legal Department'],
    ]);
  });

  it('lets an annex have parties, contact, cross-default and credit enhancement of its own', () => {
    const document = macDocument();
    const [records, ubs] = document.agreement.parties;
    Object.assign(document.agreement.annexes[0]!, {
      parties: [records, { ...ubs, notices: undefined }, { role: 'COUNTERPARTY', entityId: 'C-7', legalName: 'E' }],
      crossDefault: { applies: false },
      creditEnhancement: { forRecordsEntity: { applies: true, providerId: UBS, agreementId: 'X' } },
    });

    const annexes = transform(mac, document).rows.filter(({ values }) => values['A3.3'] === 'MAC-42-G');

    expect(annexes.map(({ values }) => values)).toMatchObject([
      {
        'A3.6': UBS,
        'A3.8': 'N',
        'A3.9': null,
        'A3.10': 'Y',
        'A3.11': UBS,
        'A3.12.1': 'N',
        'A3.13': 'Legal Department',
      },
      { 'A3.6': 'C-7', 'A3.13': null },
    ]);
  });

  it.each<[string, (agreement: Record<string, unknown>) => void, string]>([
    ['no records entity', (a) => (a['parties'] as unknown[]).shift(), 'LEX-unexpected-value'],
    [
      'two records entities',
      (a) => (a['parties'] as unknown[]).push((a['parties'] as unknown[])[0]),
      'LEX-unexpected-value',
    ],
    ['no counterparty', (a) => (a['parties'] as unknown[]).pop(), 'LEX-unexpected-value'],
    [
      'a party of another role',
      (a) => Object.assign((a['parties'] as object[])[1]!, { role: 'AGENT' }),
      'LEX-unexpected-value',
    ],
    [
      'a party without a name',
      (a) => Object.assign((a['parties'] as object[])[1]!, { legalName: undefined }),
      'LEX-missing-key',
    ],
    ['no flag', (a) => delete a['crossDefault'], 'A3.8-flag'],
    ['no credit enhancement', (a) => delete a['creditEnhancement'], 'A3.12.1-flag'],
    ['no id', (a) => delete a['agreementId'], 'A3.3-absent'],
    ['an empty date', (a) => Object.assign(a, { executedOn: '' }), 'A3.5-unreadable'],
  ])('refuses a document with %s', (_what, change, rule) => {
    const document = macDocument();
    change(document.agreement as never);

    expect(rules(mac, document)).toContain(rule);
    expect(transform(mac, document).valid).toBe(false);
  });

  it('takes absent and null optional members alike', () => {
    const without = macDocument() as { agreement: Record<string, unknown> };
    const withNull = macDocument() as { agreement: Record<string, unknown> };
    for (const key of ['executedOn', 'governingLaw', 'annexes']) {
      delete without.agreement[key];
      withNull.agreement[key] = null;
    }

    expect(transform(mac, without)).toEqual(transform(mac, withNull));
    expect(transform(mac, without)).toMatchObject({
      valid: true,
      findings: [{ rule: 'A3.5-absent' }, { rule: 'A3.7-absent' }],
    });
  });
});

describe('docman', () => {
  it('finds its parties by name, dates and laws as they are written', () => {
    const { rows } = transform(docman, docmanDocument());

    expect(rows).toMatchObject([
      {
        values: {
          'A3.2': 'HOUSE-1',
          'A3.3': 'cuad-0001',
          'A3.5': '2014-05-08',
          'A3.6': 'HOUSE-2',
          'A3.7': 'Nevada',
          'A3.13': null,
        },
      },
    ]);
  });

  it('takes the identifier where one is given, and does not fall back to the name', () => {
    const byId = { ...docmanDocument(), party_2: 'somebody', party_2_id: UBS };
    const unknownId = { ...docmanDocument(), party_2_id: 'NOBODY' };

    expect(valuesOf(docman, byId, 'A3.6')).toEqual([[UBS]]);
    expect(rules(docman, unknownId)).toEqual(['A3.6-unknown']);
  });

  it('makes a record of every further party, and passes over empty ones', () => {
    const document = { ...docmanDocument(), more_parties: ['', UBS, JPMORGAN.toLowerCase()] };

    expect(valuesOf(docman, document, 'A3.6')).toEqual([[JPMORGAN], [UBS], ['HOUSE-2']]);
  });

  it('splits the cross-default entities and keeps their order', () => {
    const document = { ...docmanDocument(), cross_default: 'Y', cross_default_ids: ` ${UBS} ,, ${JPMORGAN},` };

    expect(valuesOf(docman, document, 'A3.8', 'A3.9')).toEqual([['Y', `${UBS},${JPMORGAN}`]]);
  });

  it('does not test a name of 20 letters as an LEI', () => {
    expect(rules(docman, { ...docmanDocument(), party_2: 'Internationalbanking' })).toEqual(['A3.6-unknown']);
  });

  it.each([
    ['parent_ref', 'LEX-missing-key'],
    ['indexed_at', 'LEX-missing-key'],
    ['cross_default', 'A3.8-flag'],
    ['agreement_ref', 'A3.3-absent'],
    ['party_2', 'A3.6-absent'],
    ['dated', 'A3.5-absent'],
  ])('says of a card without `%s`: %s', (key, rule) => {
    const document: Record<string, unknown> = docmanDocument();
    delete document[key];

    expect(rules(docman, document)).toEqual([rule]);
  });
});

describe('pwm', () => {
  it('makes a record an agreement, for the client by its number where it has no LEI', () => {
    const { rows } = transform(pwm, pwmDocument());

    expect(rows).toMatchObject([
      {
        values: {
          'A3.2': GOLDMAN_SACHS_BANK,
          'A3.3': 'PWM-7-1',
          'A3.5': '2010-01-25',
          'A3.6': 'C-7',
          'A3.7': 'New York',
          'A3.8': 'Y',
          'A3.9': GOLDMAN_SACHS_GROUP,
          'A3.10': 'Y',
          'A3.11': GOLDMAN_SACHS_GROUP,
          'A3.12': 'PWM-7-2',
          'A3.12.1': 'N',
          'A3.14': '1 Main St, Boston, MA 02108',
        },
      },
      { values: { 'A3.3': 'PWM-7-2', 'A3.6.1': 'C-7', 'A3.7': 'England and Wales', 'A3.8': 'N', 'A3.10': 'N' } },
    ]);
  });

  it('takes the LEI of a client that has one', () => {
    const document = pwmDocument();
    Object.assign(document.client, { lei: UBS });

    expect(valuesOf(pwm, document, 'A3.6')).toEqual([[UBS], [UBS]]);
  });

  it.each<[string, object, string]>([
    ['two supports of one benefit', { support: [{ benefit: 'US' }, { benefit: 'US' }] }, 'LEX-unexpected-value'],
    ['a support of an unknown benefit', { support: [{ benefit: 'BANK' }] }, 'LEX-unexpected-value'],
    ['a support of no benefit', { support: [{ provider: UBS }] }, 'LEX-missing-key'],
    ['a date as text', { signed: '2010-01-25' }, 'LEX-wrong-type'],
    ['a cross-default without a flag', { crossDefault: {} }, 'A3.8-flag'],
  ])('refuses %s', (_what, change, rule) => {
    const document = pwmDocument();
    Object.assign(document.agreements[0]!, change);

    expect(rules(pwm, document)).toContain(rule);
  });

  it('refuses a client without agreements', () => {
    expect(rules(pwm, { ...pwmDocument(), agreements: [] })).toEqual(['LEX-no-record']);
  });
});

describe('cct', () => {
  it('makes a record of the agreement and one a child, which takes parties, contact and cross-default', () => {
    const { rows } = transform(cct, { ...cctDocument(), xd: [UBS] });

    expect(rows).toMatchObject([
      {
        values: {
          'A3.3': 'CCT-9',
          'A3.8': 'Y',
          'A3.9': UBS,
          'A3.10': 'Y',
          'A3.11': JPMORGAN,
          'A3.12.1': 'N',
          'A3.13': 'Operations',
        },
      },
      {
        values: { 'A3.3': 'CCT-9A', 'A3.6.1': JPMORGAN, 'A3.8': 'Y', 'A3.9': UBS, 'A3.10': 'N', 'A3.13': 'Operations' },
      },
    ]);
  });

  it('takes a contact with holes, and none at all', () => {
    expect(valuesOf(cct, { ...cctDocument(), nt: [null, 'Here'], ch: [] }, 'A3.13')).toEqual([[null]]);
    expect(valuesOf(cct, { ...cctDocument(), nt: null, ch: [] }, 'A3.13')).toEqual([[null]]);
  });

  it('does not guess a cross-default or a credit enhancement that is not there', () => {
    const { xd: _, ce: __, ...document } = cctDocument();

    expect(rules(cct, { ...document, ch: [] })).toEqual(['A3.8-flag', 'A3.10-flag', 'A3.12.1-flag']);
  });

  it('takes documents of 5,000 counterparties', () => {
    const document = { ...cctDocument(), cp: Array.from({ length: 5_000 }, (_, i) => `E-${i}`), ch: [] };

    const { valid, findings, unknown_entities } = transform(cct, document);

    expect(valid).toBe(false);
    expect(unknown_entities).toHaveLength(5_000);
    expect(findings).toHaveLength(1_001);
  });
});

describe('hostile documents', () => {
  const hostile = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      ...['Y', '~\u0000', 'KD3XUN7C6T14HNAYLU02', '\ud800', '9'.repeat(600)],
      1e308,
      -1,
      null,
      [],
      {},
      [null],
      [[]],
    ),
    fc.constant(JSON.parse('{"__proto__":{"applies":true},"constructor":1}')),
  );
  const examples = [macDocument(), docmanDocument(), pwmDocument(), cctDocument()];

  /** The document with a value put in the place that `choices` lead to. */
  function spoil(document: unknown, choices: readonly number[], value: unknown): unknown {
    if (typeof document !== 'object' || document === null || choices.length === 0) return value;
    const keys = Object.keys(document);
    if (keys.length === 0) return value;
    const key = keys[choices[0]! % keys.length]!;
    const copy = (Array.isArray(document) ? [...document] : { ...document }) as Record<string, unknown>;
    copy[key] = spoil(copy[key], choices.slice(1), value);
    return copy;
  }

  it('give findings, never an exception, wherever they are wrong', () => {
    const places = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat({ max: 3 }), places, hostile, (which, place, value) => {
        const document = spoil(examples[which], place, value);
        const result = transform(BUILT_IN_NAMESPACES[which]!, document);
        expect(result.valid).toBe(!result.findings.some(({ severity }) => severity === 'error'));
        expect(result.rows.length > 0).toBe(result.valid);
        expect(transform(BUILT_IN_NAMESPACES[which]!, structuredClone(document))).toEqual(result);
      }),
      { numRuns: 3_000 },
    );
  });

  it('give findings for any JSON at all', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BUILT_IN_NAMESPACES), hostile, (module, document) => {
        expect(transform(module, document)).toMatchObject({ valid: false, rows: [] });
      }),
    );
  });

  // Without care these two take minutes: the time limit of a test is what they check.
  it('cost no more than their size, though every record shares their longest texts', () => {
    const document = {
      ...cctDocument(),
      cp: Array.from({ length: 5_000 }, (_, i) => `E-${i}`),
      ag: { id: 'CCT-9', nm: 'long '.repeat(400_000), dt: 20_100_125, lw: 'law '.repeat(400_000) },
      xd: Array.from({ length: 100_000 }, (_, i) => `X-${i}`),
      nt: ['name '.repeat(400_000)],
      ch: [],
    };

    const { findings } = transform(cct, document);

    expect(findings.map(({ rule }) => rule)).toContain('A3.9-too-long');
  });

  it('cost no more than their size, though a child may need any contact of its parent', () => {
    const document = macDocument();
    const [records, ubs] = document.agreement.parties;
    const many = Array.from({ length: 5_000 }, (_, i) => ({ ...ubs, entityId: `E-${i}` }));
    const child = { ...document.agreement.annexes[0]!, parties: [records, { ...ubs, notices: null }] };
    Object.assign(document.agreement, { parties: [records, ...many], annexes: Array(4_000).fill(child) });

    expect(transform(mac, document).valid).toBe(false);
  });

  it('never show contact details in findings', () => {
    const secret = '1-617-555-0199~';
    const cards = ['notice_name', 'notice_address', 'notice_phone', 'notice_email'].map((key) => ({
      ...docmanDocument(),
      [key]: secret.repeat(20),
    }));
    const mixed = macDocument();
    Object.assign(mixed.agreement.parties[1]!, { notices: secret });
    const results = [
      ...cards.map((card) => transform(docman, card)),
      transform(mac, mixed),
      transform(cct, { ...cctDocument(), nt: secret }),
      transform(cct, { ...cctDocument(), nt: [secret, 16_175_550_199] }),
      transform(docman, { ...docmanDocument(), notice_phone: 16_175_550_199 }),
    ];

    for (const { findings } of results) {
      expect(findings.length).toBeGreaterThan(0);
      expect(JSON.stringify(findings)).not.toMatch(/555/);
    }
  });
});
