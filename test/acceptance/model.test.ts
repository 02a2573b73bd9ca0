/** The examiner's own model, held to examples worked out by hand from lex.md sections 3 to 5 and DESIGN sections 3 and 4. */
import { describe, expect, it } from 'vitest';
import { Book, type Held, type Reading, type Sight } from './model/book.ts';
import { compareTable } from './model/compare.ts';
import { judge } from './model/judge.ts';
import { completeLei, isLei } from './model/lei.ts';
import { createLookUps } from './model/look-ups.ts';
import { FIELDS } from './model/row.ts';
import { NAMESPACES, type Namespace } from './model/shapes.ts';
import { cleanText, lookUpKey } from './model/text.ts';
import { makeDocument } from './world/documents.ts';
import { chooseWriting, writeJson } from './world/json-text.ts';
import { makeParties } from './world/parties.ts';
import { createRandom } from './world/random.ts';
import { SPOILERS } from './world/spoil.ts';

const BANK = 'KD3XUN7C6T14HNAYLU02';
const UBS = 'BFM8T61CT2L1QCEMIK50';
const GROUP = '549300SZJ9VS8SGXAN81';
const lookUps = createLookUps({
  co: [BANK, 'CO-ONLY'],
  cp: [UBS, GROUP, 'C-7', '8I5DZWZKVSZI1NUHU748', '784F5XWPLTWKTBV3E584'],
  aliases: [
    ['Birch First Global Investments Inc.', BANK],
    ['Mount Kowledge Holdings Inc.', UBS],
  ],
  laws: [
    ['New York', 'New York'],
    ['US-NY', 'New York'],
    ['GB-ENG', 'England'],
    ['ENG', 'England'],
    ['Nevada', 'Nevada'],
  ],
});

function rowsOf(namespace: Namespace, document: unknown): (string | null)[][] {
  const judgement = judge(namespace, JSON.stringify(document), lookUps);
  if (!judgement.valid) throw new Error(judgement.reasons.join('; '));
  return judgement.rows.map((row) => FIELDS.map((field) => row[field]));
}

describe('the model of the four shapes', () => {
  it('reads the mac example of lex.md 3.1: a master and its annex', () => {
    const guarantee = 'MAC-42-G';
    const contact = ['Legal Department', 'Bahnhofstrasse 45, Zurich', '41-44-0000000', 'legal@example.com'];

    const rows = rowsOf('mac', {
      lexId: 'mac-0000000042',
      revision: 7,
      agreement: {
        agreementId: 'MAC-42',
        form: 'ISDA Master Agreement 2002',
        executedOn: '2010-01-25',
        governingLaw: 'New York',
        parties: [
          { role: 'RECORDS_ENTITY', entityId: BANK, legalName: 'Goldman Sachs Bank USA' },
          {
            role: 'COUNTERPARTY',
            entityId: UBS,
            legalName: 'UBS AG',
            notices: { name: contact[0], address: contact[1], phone: contact[2], email: contact[3] },
          },
        ],
        crossDefault: { applies: true, entityIds: [GROUP] },
        creditEnhancement: {
          forRecordsEntity: { applies: true, providerId: GROUP, agreementId: guarantee },
          forCounterparty: { applies: false },
        },
        annexes: [
          {
            agreementId: guarantee,
            form: 'Guarantee Agreement',
            executedOn: '2010-01-25',
            governingLaw: 'New York',
            underlyingObligorId: UBS,
          },
        ],
      },
      audit: { retrievedAt: '2021-10-20T01:02:03Z', viewCount: 12 },
    });

    const master = [null, BANK, 'MAC-42', 'ISDA Master Agreement 2002', '2010-01-25', UBS, null, 'New York'];
    const annex = [null, BANK, guarantee, 'Guarantee Agreement', '2010-01-25', UBS, UBS, 'New York'];
    expect(rows).toEqual([
      [...master, 'Y', GROUP, 'Y', GROUP, guarantee, 'N', null, null, ...contact],
      [...annex, 'Y', GROUP, 'N', null, null, 'N', null, null, ...contact],
    ]);
  });

  it('reads the docman example of lex.md 3.2: names, empty strings, a list of more parties', () => {
    const rows = rowsOf('docman', {
      doc_id: 'docman-0000000001',
      agreement_ref: 'cuad-0001',
      title: 'MARKETING AFFILIATE AGREEMENT',
      party_1: 'Birch First Global Investments Inc. ("Company")',
      party_1_id: '',
      party_2: 'MOUNT KOWLEDGE HOLDINGS INC',
      party_2_id: '',
      more_parties: ['c-7'],
      dated: '05/08/2014',
      law: 'Nevada',
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
      source_file: 'CybergyHoldings.pdf',
      indexed_at: '2021-10-20 01:02:03',
    });

    const rest = [null, 'Nevada', 'N', null, 'N', null, null, 'N', null, null, null, null, null, null];
    const start = [null, BANK, 'cuad-0001', 'MARKETING AFFILIATE AGREEMENT', '2014-05-08'];
    expect(rows).toEqual([
      [...start, UBS, ...rest],
      [...start, 'C-7', ...rest],
    ]);
  });

  it('reads the pwm example of lex.md 3.3: one record an agreement, the client by number, dates in UTC', () => {
    const provider = '784F5XWPLTWKTBV3E584';

    const rows = rowsOf('pwm', {
      id: 'pwm-0000000007',
      client: {
        number: 'C-7',
        lei: null,
        name: 'Example Family Office LLC',
        contact: {
          to: 'Treasurer',
          lines: ['1 Main St', 'Boston, MA 02108'],
          tel: '1-617-555-0100',
          mail: 't@example.com',
        },
      },
      bookedWith: { lei: BANK, name: 'Goldman Sachs Bank USA' },
      agreements: [
        {
          ref: 'PWM-7-1',
          name: 'ISDA Master 1992',
          signed: -1,
          law: 'US-NY',
          parentRef: null,
          crossDefault: { flag: 'Y', ids: [provider] },
          support: [{ benefit: 'US', provider, ref: 'PWM-7-2' }],
        },
        {
          ref: 'PWM-7-2',
          name: 'Guarantee Agreement',
          signed: 1_264_377_600_000,
          law: 'GB-ENG',
          parentRef: 'PWM-7-1',
          obligor: 'C-7',
        },
      ],
      lastContactAt: '2021-10-20T01:02:03Z',
    });

    const contact = ['Treasurer', '1 Main St, Boston, MA 02108', '1-617-555-0100', 't@example.com'];
    const first = [null, BANK, 'PWM-7-1', 'ISDA Master 1992', '1969-12-31', 'C-7', null, 'New York'];
    const second = [null, BANK, 'PWM-7-2', 'Guarantee Agreement', '2010-01-25', 'C-7', 'C-7', 'England'];
    expect(rows).toEqual([
      [...first, 'Y', provider, 'Y', provider, 'PWM-7-2', 'N', null, null, ...contact],
      [...second, 'N', null, 'N', null, null, 'N', null, null, ...contact],
    ]);
  });

  it('reads the cct example of lex.md 3.4: a child takes parties, contact and cross-default', () => {
    const bank = '8I5DZWZKVSZI1NUHU748';

    const rows = rowsOf('cct', {
      k: 'cct-0000000009',
      v: 3,
      le: BANK,
      cp: [bank],
      ag: { id: 'CCT-9', nm: 'Master Netting Agreement', dt: 20100125, lw: 'ENG' },
      xd: ['CO-ONLY', 'c-7'],
      ce: { re: { p: bank, d: 'CCT-9A' }, cp: null },
      nt: ['Operations', null, '44-20-0000-0000', 'ops@example.com'],
      ch: [{ id: 'CCT-9A', nm: 'Guarantee Agreement', dt: 20100125, lw: 'ENG', ob: bank }],
      ts: 1634691723,
    });

    const contact = ['Operations', null, '44-20-0000-0000', 'ops@example.com'];
    const master = [null, BANK, 'CCT-9', 'Master Netting Agreement', '2010-01-25', bank, null, 'England'];
    const child = [null, BANK, 'CCT-9A', 'Guarantee Agreement', '2010-01-25', bank, bank, 'England'];
    expect(rows).toEqual([
      [...master, 'Y', 'CO-ONLY,C-7', 'Y', bank, 'CCT-9A', 'N', null, null, ...contact],
      [...child, 'Y', 'CO-ONLY,C-7', 'N', null, null, 'N', null, null, ...contact],
    ]);
  });
});

describe('the model of texts and look-ups', () => {
  it('tests LEIs by their check digits and refuses the three that are never issued', () => {
    expect(isLei('7H6GLXDRUGQFU57RNE97')).toBe(true);
    expect(isLei('7H6GLXDRUGQFU57RNE79')).toBe(false);
    expect(isLei('7H6GLXDRUGQFU57RNE00')).toBe(false);
    expect(completeLei('7H6GLXDRUGQFU57RNE')).toBe('7H6GLXDRUGQFU57RNE97');
  });

  it('makes one blank of each character that the flat file cannot carry', () => {
    expect(cleanText(' ~Cafe\u0301~\r\nx\u0000 ')).toBe('Café   x');
  });

  it('makes the same key of the ways to write a name', () => {
    const key = 'grosse "blue" fund-1';
    expect(lookUpKey('GROSSE  “Blue” Fund–1')).toBe(key);
    expect(lookUpKey('große "blue" ｆｕｎｄ-1.')).toBe(key);
    expect(lookUpKey('Große "Blue" Fund-1 ("Company"), (the “Buyer”, "B") .')).toBe(key);
    expect(lookUpKey('Bank (Europe)')).toBe('bank (europe)');
  });
});

describe('the generator and the model', () => {
  it('agree on what is valid, and on what each spoiler breaks', () => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= 10; seed++) {
      const random = createRandom(seed);
      const parties = makeParties(random);
      const tables = createLookUps(parties.lookUps);
      for (const namespace of NAMESPACES) {
        for (const [rule, spoiler] of [['none', () => undefined] as const, ...Object.entries(SPOILERS[namespace])]) {
          const maker = { random, parties, serial: seed };
          const document = makeDocument(namespace, `${namespace}-1`, maker);
          spoiler(document, maker);
          const judgement = judge(namespace, writeJson(document, chooseWriting(random), random), tables);
          if (judgement.valid !== (rule === 'none')) wrong.push(`${seed} ${namespace} ${rule}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('the book', () => {
  const text = (id: string, law: string | null): string =>
    JSON.stringify({
      k: id,
      v: 1,
      le: BANK,
      cp: ['C-7'],
      ag: { id, nm: law === null ? null : 'Name', dt: null, lw: law },
      xd: [],
      ce: { re: null, cp: null },
      ch: [],
      ts: 1,
    });
  const good = (id: string, law = 'ENG'): Sight => ({ is: 'document', text: text(id, law) });
  const bad = (id: string): Sight => ({ is: 'document', text: text(id, null) });
  const many = Array.from({ length: 60 }, (_, i) => `cct-${i}`);
  const readingOf = (...sights: readonly (readonly [string, ...Sight[]])[]): Reading => ({
    sights: new Map(sights.map(([id, ...rest]) => [id, rest])),
    hasUnreadable: false,
  });
  const rest = many.slice(1).map((id) => [id, good(id)] as const);

  function day(book: Book, reading: Reading): Map<string, readonly Held[]> {
    const outcomes = new Map(book.expect('cct', reading).map((one) => [one.id, one.outcomes]));
    book.settle('cct', outcomes);
    return outcomes;
  }
  const lawsOf = (outcomes: readonly Held[] | undefined): unknown =>
    outcomes?.map(({ rows, rejected }) => [rows.map((row) => JSON.parse(row)['A3.7']), rejected]);

  it('keeps the rows of a document that has become invalid, and mends them when it reverts', () => {
    const book = new Book(lookUps);

    expect(lawsOf(day(book, readingOf(['cct-0', good('cct-0')], ...rest)).get('cct-0'))).toEqual([
      [['England'], false],
    ]);
    expect(lawsOf(day(book, readingOf(['cct-0', bad('cct-0')], ...rest)).get('cct-0'))).toEqual([[['England'], true]]);
    expect(lawsOf(day(book, readingOf(['cct-0', good('cct-0')], ...rest)).get('cct-0'))).toEqual([
      [['England'], false],
    ]);
  });

  it('removes one document of sixty, and holds back six', () => {
    const book = new Book(lookUps);
    day(book, readingOf(['cct-0', good('cct-0')], ...rest));

    const held = day(book, readingOf(...rest.slice(5)));
    const removed = day(book, readingOf(...rest));

    expect(lawsOf(held.get('cct-0'))).toEqual([[['England'], false]]);
    expect(lawsOf(held.get('cct-3'))).toEqual([[['England'], false]]);
    expect(lawsOf(removed.get('cct-0'))).toEqual([[[], false]]);
  });

  it('allows the old and the new of a document that changed while it was read, and learns which it was', () => {
    const book = new Book(lookUps);
    const reading = readingOf(['cct-0', good('cct-0'), good('cct-0', 'US-NY'), { is: 'absent' }], ...rest);
    const expected = book.expect('cct', reading);

    const table = expected.flatMap(({ id, outcomes }) => outcomes[id === 'cct-0' ? 1 : 0]!.rows);
    const inOrder = table.toSorted().map((row) => row.replace('"A3.1":null', '"A3.1":"2021-01-01"'));
    const comparison = compareTable(inOrder, new Set(), expected, '2021-01-01');

    expect(lawsOf(expected.find((one) => one.id === 'cct-0')?.outcomes)).toEqual([
      [['England'], false],
      [['New York'], false],
      [[], false],
    ]);
    expect(comparison).toMatchObject({ differences: [], strangeRows: [] });
    expect(lawsOf(comparison.agreed.get('cct')?.get('cct-0'))).toEqual([[['New York'], false]]);
  });

  it('tells a lost row, a row too many, a doubled one and a wrong rejection', () => {
    const book = new Book(lookUps);
    const expected = book.expect('cct', readingOf(['cct-0', good('cct-0')], ['cct-1', good('cct-1')]));
    const [first, second] = expected.map((one) =>
      one.outcomes[0]!.rows[0]!.replace('"A3.1":null', '"A3.1":"2021-01-01"'),
    );
    const wrongs = (table: readonly string[], rejected: readonly string[] = []): number => {
      const { differences, strangeRows } = compareTable(table, new Set(rejected), expected, '2021-01-01');
      return differences.length + strangeRows.length;
    };

    expect(wrongs([first!, second!])).toBe(0);
    expect(wrongs([first!])).toBeGreaterThan(0);
    expect(wrongs([first!, second!, second!])).toBeGreaterThan(0);
    expect(wrongs([second!, first!])).toBeGreaterThan(0);
    expect(wrongs([first!, second!.replace('England', 'Wales')])).toBeGreaterThan(0);
    expect(wrongs([first!, second!], ['cct cct-1'])).toBeGreaterThan(0);
  });
});
