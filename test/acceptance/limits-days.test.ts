/**
 * What happens to documents over days though they stay as they are, as a user sees it: guarantees that name each other, or
 * another namespace; an entity that moves; a law that is deleted; a rejection that stands and heals. One world, three days.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import { runCli } from '../cli/support.ts';
import { withStores } from '../faults/support/data-folder.ts';
import { cctDocument, GOLDMAN_SACHS_BANK, macDocument, UBS, UBS_GROUP } from '../fixtures/documents.ts';

const [ONE, TWO, THREE] = ['2021-10-20', '2021-10-21', '2021-10-22'] as const;

let root: string;
const cli = (...args: readonly string[]) =>
  runCli(args, { services: LOCAL_SERVICES, cwd: root, now: '2021-10-22T23:00:00Z' });
const out = async (...args: readonly string[]) => (await cli(...args)).stdout;
const json = async (...args: readonly string[]) => JSON.parse(await out(...args, '--json'));
const findings = async (date: string, rule: string) =>
  ((await json('findings', date, '--rule', rule)).rules[0]?.first ?? []).map(({ value }: { value: string }) => value);
const counts = async (date: string) => (await json('show', date)).report.query;

/** Documents by lex id; each has a credit enhancement where one is named. */
function mac(n: number, change: (agreement: ReturnType<typeof macDocument>['agreement']) => void = () => undefined) {
  const made = macDocument();
  made.lexId = `mac-${String(n).padStart(2, '0')}`;
  made.agreement.agreementId = `MAC-${n}`;
  made.agreement.annexes = [];
  Object.assign(made.agreement.crossDefault, { applies: false, entityIds: [] });
  Object.assign(made.agreement.creditEnhancement, { forRecordsEntity: { applies: false } });
  change(made.agreement);
  return made;
}
const enhancedBy = (agreementId: string, providerId = UBS_GROUP) => ({
  forRecordsEntity: { applies: true, providerId, agreementId },
  forCounterparty: { applies: false },
});
const naming = (id: string, provider?: string) => (agreement: object) =>
  void Object.assign(agreement, { creditEnhancement: enhancedBy(id, provider) });

const BOOK = [
  mac(1, naming('MAC-2')),
  mac(2, naming('MAC-1')),
  mac(3, (agreement) => {
    const annex = { ...macDocument().agreement.annexes[0]!, agreementId: 'MAC-3-G' };
    Object.assign(agreement, { creditEnhancement: enhancedBy('MAC-3-G') });
    agreement.annexes = [Object.assign(annex, { creditEnhancement: enhancedBy('MAC-3') })];
  }),
  mac(4, naming('CCT-9')),
  mac(5, ({ parties }) => Object.assign(parties[1]!, { entityId: 'MOVER' })),
  mac(6, naming('MAC-1', 'MOVER')),
  mac(7, (agreement) => Object.assign(agreement, { governingLaw: 'Law of the Bench' })),
  mac(8, ({ parties }) => Object.assign(parties[1]!, { entityId: 'LATER' })),
  mac(9),
  mac(10),
  mac(11),
];
const GUARANTEE = { ...cctDocument(), k: 'cct-9', ce: { re: null, cp: null }, ch: [], xd: [], cp: [UBS] };
GUARANTEE.ag.id = 'CCT-9';

async function runDay(date: string, cct: readonly object[]): Promise<void> {
  await mkdir(join(root, 'lex'), { recursive: true });
  const write = (name: string, documents: readonly object[]) =>
    writeFile(join(root, 'lex', `${name}.ndjson`), documents.map((each) => `${JSON.stringify(each)}\n`).join(''));
  await Promise.all([write('mac', BOOK), write('cct', cct)]);
  const args = ['--business-date', date, '--lex', 'lex', '--namespaces', 'mac,cct'];
  const { exitCode, stdout } = await cli('run', ...args);
  expect([exitCode, stdout]).toEqual([0, expect.any(String)]);
}

async function importEntities(co: readonly string[], cp: readonly string[]): Promise<void> {
  await writeFile(join(root, 'co.csv'), `CO.2\n${[GOLDMAN_SACHS_BANK, ...co].join('\n')}\n`);
  await writeFile(join(root, 'cp.csv'), `CP.2\n${[UBS, UBS_GROUP, ...cp].join('\n')}\n`);
  expect((await cli('entities', 'import', '--co', 'co.csv', '--cp', 'cp.csv', '--complete')).exitCode).toBe(0);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  await importEntities([], ['MOVER']);
  await writeFile(join(root, 'laws.csv'), 'law_key,display_name\nLaw of the Bench,Benchland\n');
  await cli('laws', 'import', 'laws.csv');
  await runDay(ONE, []);
  await importEntities(['MOVER'], []);
  await runDay(TWO, [GUARANTEE]);
  await importEntities(['MOVER'], ['LATER']);
  await withStores(join(root, 'lexdelta-data'), async ({ environment }) => {
    const laws = environment.table('governing-law', 'json');
    await environment.commit(() => laws.remove('law of the bench'));
  });
  await cli('replay', '--look-ups', '--by', 'Ada');
  await runDay(THREE, [GUARANTEE]);
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

describe('agreements that guarantee each other', () => {
  it('stand, a document and its own annex too; each lacks the obligor that its guarantee is about', async () => {
    const table = await out('as-of', ONE);

    expect(table).toContain('"A3.3":"MAC-1"');
    expect(table).toMatch(/"A3.3":"MAC-3-G".*"A3.12":"MAC-3"/);
    expect(table).toMatch(/"A3.3":"MAC-3".*"A3.12":"MAC-3-G"/);
    expect(await findings(ONE, 'TABLE-A3.6.1-absent')).toEqual(['MAC-1', 'MAC-2', 'MAC-3']);
  });
});

describe('a guarantee that another namespace has a day later', () => {
  it('is missed on the first day and not on the second, and its document is not touched', async () => {
    expect(await findings(ONE, 'TABLE-A3.12-dangling')).toEqual(['CCT-9']);
    expect(await findings(TWO, 'TABLE-A3.12-dangling')).toEqual([]);
    const [document] = (await json('why', 'MAC-4')).documents;
    expect(document.time_line).toMatchObject([{ date: ONE, event: 'new' }]);
  });
});

describe('an entity that moves from CP to CO', () => {
  it('has the documents that name it transformed again, and no others', async () => {
    expect(await counts(TWO)).toMatchObject([
      { namespace: 'cct', new: 1 },
      { namespace: 'mac', reprocessed: 2, unchanged: 8, standing: 1 },
    ]);
    for (const id of ['MAC-5', 'MAC-6']) {
      const [document] = (await json('why', id)).documents;
      expect(document.time_line[1]).toMatchObject({ date: TWO, event: 'remade', rows: [] });
      expect(document.time_line[1].reasons).toMatchObject([{ kind: 'look_up', table: 'Entity', key: 'mover' }]);
      expect(document.warnings.map(({ rule }: { rule: string }) => rule)).toContain(
        id === 'MAC-5' ? 'A3.6-in-co-not-cp' : 'A3.11-in-co-not-cp',
      );
    }
  });

  it('is told by the findings of the table, and stands in CO as it is delivered', async () => {
    for (const rule of ['TABLE-A3.6-in-co-not-cp', 'TABLE-A3.11-in-co-not-cp']) {
      expect([await findings(ONE, rule), await findings(TWO, rule)]).toEqual([[], ['MOVER']]);
    }
    for (const date of [ONE, TWO]) await cli('deliver', date, '--output', 'out');
    const standsIn = async (table: string, date: string) =>
      (await readFile(join(root, 'out', date, `${table}_${date}.txt`), 'utf8')).includes('~MOVER~');
    expect([await standsIn('CO', ONE), await standsIn('CP', ONE)]).toEqual([false, true]);
    expect([await standsIn('CO', TWO), await standsIn('CP', TWO)]).toEqual([true, false]);
  });
});

describe('a law that is deleted while it is used', () => {
  it('leaves the text as the document has it, with the row as the reason', async () => {
    const [document] = (await json('why', 'MAC-7')).documents;

    expect(document.rows[0].values['A3.7']).toBe('Law of the Bench');
    expect(document.warnings).toMatchObject([{ rule: 'A3.7-unknown' }]);
    expect(document.time_line[1]).toMatchObject({
      date: THREE,
      event: 'changed',
      rows: [{ fields: { 'A3.7': { from: 'Benchland', to: 'Law of the Bench' } } }],
      reasons: [{ kind: 'look_up', table: 'GoverningLaw', key: 'law of the bench', to: 'absent' }],
    });
    expect(await out('laws', 'impact', '--key', 'Law of the Bench')).toContain('no governing law');
  });
});

describe('a document that is rejected, stands rejected, and heals', () => {
  it('is counted as what it is each day, and only where it was transformed is it in the gate', async () => {
    const ofMac = async (date: string) =>
      (await counts(date)).find((one: { namespace: string }) => one.namespace === 'mac');
    const gate = async (date: string) => (await json('show', date)).report.transformation_gate;

    expect(await ofMac(ONE)).toMatchObject({ new: 11, standing: 0 });
    expect(await gate(ONE)).toMatchObject({ numerator: 10, denominator: 11 });
    expect(await ofMac(TWO)).toMatchObject({ standing: 1, reprocessed: 2 });
    expect(await gate(TWO)).toMatchObject({ numerator: 3, denominator: 3 });
    expect(await ofMac(THREE)).toMatchObject({ standing: 0, reprocessed: 2, unchanged: 9 });
    expect(await gate(THREE)).toMatchObject({ numerator: 2, denominator: 2 });
  });

  it('tells all three days, and what healed it', async () => {
    const told = await out('why', 'MAC-8');

    expect(told).toContain(`  ${ONE}  rejected, by agreements-${ONE}\n`);
    expect(told).toContain('Found "LATER".');
    expect(told).toContain(`  ${TWO}  still rejected: as it was\n  ${THREE}  healed: rejected before, valid now`);
    expect(told).toContain('because the look-up row Entity "later" changed: not there ->');
  });
});

describe('the days', () => {
  it('are proven again from their files', async () => {
    for (const date of [ONE, TWO, THREE]) expect(await out('verify', date)).toContain('✔ VERIFIED');
  });
});
