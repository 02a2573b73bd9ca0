/** Documents at the limits, as a user sees them: long lists, text of every kind, megabytes of notes. One world, one day. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import { displayWidth } from '../../src/cli/terminal/harmless.ts';
import { runCli } from '../cli/support.ts';
import { KNOWN, macDocument } from '../fixtures/documents.ts';
import { parquetRows } from '../publish/parquet/read-parquet.ts';
import type { Row } from './model/row.ts';
import { cleanText } from './model/text.ts';
import { cellsOf, readCsv, readFlat, readTable } from './printed.ts';

const DATE = '2021-10-20';
const MANY = 5_000;
/** 10.5 MB. */
const NOTES = 'Notes of the agreement. '.repeat(440_000);
const MEGABYTE = NOTES.slice(0, 1_000_000);

/** What a terminal would obey, or be upset by. `\u200e` alone is ours: it ends the direction of a cell. */
const OBEYED = /[^\n\P{Cc}]|(?!\u200e)\p{Cf}|[\p{Zl}\p{Zp}\p{Cs}]|\p{M}{5}/u;

const TEXTS: Readonly<Record<string, string>> = {
  arabic: 'اتفاقية رئيسية 2002',
  hebrew: 'הסכם מסגרת',
  hindi: 'मास्टर समझौता',
  thai: 'ข้อตกลงหลัก',
  chinese: '主契約書',
  korean: '\u1112\u1161\u11ab',
  cuneiform: '\u{12000}\u{12001}',
  turned: 'ISDA \u202etnemeergA\u202c end',
  isolated: '\u2067abc\u2069 x',
  court: '👩‍⚖️ court 🇨🇭',
  heaped: `Z${'\u0335\u0321'.repeat(12)} go`,
  composed: 'Cafe\u0301',
  coloured: 'red \u001b[31mRED\u001b[0m',
  coloured8: 'c1 \u009b31mRED\u009b0m',
  cleared: 'x\u001b[2J\u001b[1;1Hforged\u0007',
  nul: 'a\u0000b\u0008\u007fc',
  lines: 'one\r\ntwo\nthree\u0085four\u2028five\u2029six',
  tildes: 'a~b~~c',
  marked: '\ufeffbom\u200f',
  tags: 'x\u{e0001}\u{e0041}',
  none: '\ufffe\uffff\u{10ffff}\ue000',
  formula: "=cmd|' /C calc'!A0",
  quoted: '"a","b"',
  emoji: '😀'.repeat(50),
};

let root: string;
const cli = (...args: readonly string[]) =>
  runCli(args, { services: LOCAL_SERVICES, cwd: root, now: `${DATE}T23:00:00Z` });
const out = async (...args: readonly string[]) => (await cli(...args)).stdout;
async function tableAs(format: string): Promise<string> {
  await cli('as-of', DATE, '--format', format, '--output', `table.${format}`);
  return readFile(join(root, `table.${format}`), 'utf8');
}

/** A valid document with these parts in the place of its own. */
function document(n: number, id: string, change: (agreement: ReturnType<typeof macDocument>['agreement']) => void) {
  const made = macDocument();
  made.lexId = `mac-${String(n).padStart(10, '0')}`;
  made.agreement.agreementId = id;
  made.agreement.annexes = [];
  Object.assign(made.agreement.creditEnhancement, { forRecordsEntity: { applies: false } });
  change(made.agreement);
  return made;
}

function* documents(): Generator<object | string> {
  const cps = Array.from({ length: MANY }, (_, i) => ({ role: 'COUNTERPARTY', entityId: `CP-${i}`, legalName: 'x' }));
  const [bank] = macDocument().agreement.parties;
  yield document(1, 'MANY', (agreement) => Object.assign(agreement, { parties: [bank, ...cps] }));
  const strangers = cps.map((party) => ({ ...party, entityId: `NOBODY-${party.entityId}` }));
  yield document(2, 'STRANGERS', (agreement) => Object.assign(agreement, { parties: [bank, ...strangers] }));
  yield document(3, 'CROSS', (agreement) => {
    agreement.crossDefault.entityIds = Array.from({ length: 500 }, (_, i) => `CP-${i}`);
  });
  yield { ...document(4, 'NOTES', () => undefined), notes: NOTES };
  yield {
    ...document(5, 'NOTES-REJECTED', (agreement) => Object.assign(agreement, { executedOn: '2010-02-30' })),
    notes: NOTES,
  };
  yield document(6, 'TITLE', (agreement) => Object.assign(agreement, { form: MEGABYTE }));
  yield document(7, 'ADDRESS', ({ parties }) => Object.assign(parties[1]!.notices!, { address: MEGABYTE }));
  yield document(8, 'PARTY', ({ parties }) => Object.assign(parties[1]!, { entityId: MEGABYTE }));
  let n = 10;
  for (const [name, text] of Object.entries(TEXTS)) {
    yield document(n++, `T-${name}`, (agreement) => {
      Object.assign(agreement, { form: text, governingLaw: text });
      Object.assign(agreement.parties[1]!.notices!, { name: text, address: text, phone: text, email: text });
    });
  }
  for (const text of Object.values(TEXTS)) {
    yield document(n++, `E-${n}`, ({ parties }) => Object.assign(parties[1]!, { entityId: text }));
  }
  yield JSON.stringify(document(n, 'LONE', () => undefined)).replace('ISDA', '\\ud800');
  yield JSON.stringify(document(n + 1, 'PAIR', () => undefined)).replace('ISDA', '\\ud83d\\ude00\\u001b[31m');
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  await mkdir(join(root, 'lex'));
  const lines = [...documents()].map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`);
  await writeFile(join(root, 'lex', 'mac.ndjson'), lines.join(''));
  const inTable = (role: 'CO' | 'CP') =>
    KNOWN.flatMap((item) => ('roles' in item && item.roles.includes(role) ? [item.entity_id] : []));
  const many = Array.from({ length: MANY }, (_, i) => `CP-${i}`);
  await writeFile(join(root, 'co.csv'), `CO.2\n${inTable('CO').join('\n')}\n`);
  await writeFile(join(root, 'cp.csv'), `CP.2\n${[...inTable('CP'), ...many].join('\n')}\n`);
  await cli('entities', 'import', '--co', 'co.csv', '--cp', 'cp.csv');
  const accepted = ['--accept', 'transform', '--by', 'Ada \u001b[31m', '--reason', '\u202ereason'];
  const run = await cli('run', '--business-date', DATE, '--lex', 'lex', '--namespaces', 'mac', ...accepted);
  expect(run.exitCode).toBe(0);
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

describe('a document with 5,000 counterparties', () => {
  it('makes a row of each, told in a few lines', async () => {
    const rows = readTable(await tableAs('ndjson')).filter((line) => line.includes('"A3.3":"MANY"'));
    const why = await out('why', 'MANY');

    expect(new Set(rows).size).toBe(MANY);
    expect(why).toContain('and 4,990 more rows');
    expect(why.split('\n').length).toBeLessThan(40);
  });

  it('has every unknown one asked for, though not each is told', async () => {
    const pending = JSON.parse(await out('entities', 'pending', '--json', '--limit', '10000'));
    const rejected = await out('rejected', DATE, '--rule', 'A3.6-unknown');

    const strangers = pending.items.filter(({ entity_id }: { entity_id: string }) => entity_id.startsWith('NOBODY-'));
    expect(strangers).toHaveLength(MANY);
    expect(rejected.split('\n').length).toBeLessThan(20);
    const why = (await out('why', 'STRANGERS')).replace(/\s+/g, ' ');
    expect(why.match(/Import the entity/g)).toHaveLength(1);
    expect(why).toContain('"NOBODY-CP-9" and 990 more, see --json. rule');
    expect(why).toContain('There are more findings than the 1,000 that are kept of a document.');
  });
});

describe('a document with 500 cross-default entities', () => {
  it('is rejected with their number and with what to do', async () => {
    const why = (await out('why', 'CROSS')).replace(/\s+/g, ' ');

    expect(why).toContain(
      'A3.9-too-long (A3.9): All identifiers with their commas are longer than 500 characters. Found "500 identifiers: CP-0,CP-1,',
    );
    expect(why).toContain('mend Name fewer entities in Lex, or have the mapping of its namespace choose');
    expect(await out('rejected', DATE, '--rule', 'A3.9-too-long')).toContain('500 identifiers: CP-0,');
  });
});

describe('megabytes of notes', () => {
  it('change nothing where they do not feed the table, and are told as lengths where they do', async () => {
    const names = ['NOTES', 'NOTES-REJECTED', 'TITLE', 'ADDRESS', 'mac-0000000008'];
    const told = await Promise.all(names.map(async (name) => (await out('why', name)).replace(/\s+/g, ' ')));
    const table = readTable(await tableAs('ndjson')).filter((line) => /"(NOTES|TITLE)"/.test(line));

    expect(told[0]).toContain('✔ in the table');
    expect(told[1]).toContain('A3.5-unreadable');
    expect(told[2]).toContain('A3.4-cut');
    expect(told[3]).toContain('*** (over 1,000 characters)');
    expect(told[4]).toContain('A3.6-unknown');
    for (const text of told) expect(text.length).toBeLessThan(5_000);
    expect(table).toHaveLength(2);
    expect((await out('rejected', DATE)).length).toBeLessThan(10_000);
    expect((await out('rejected', DATE, '--json')).length).toBeLessThan(2_000_000);
  });
});

describe('text of every kind', () => {
  it('stands in ndjson, CSV, flat files and Parquet as the contract says', async () => {
    const table = readTable(await tableAs('ndjson'));
    const given = Object.entries(TEXTS);
    const rows = table.map((line) => JSON.parse(line)).filter((row) => row['A3.3'].startsWith('T-'));
    const valid = given.filter(([name]) => rows.some((row) => row['A3.3'] === `T-${name}`));

    expect(valid.length).toBe(given.length);
    for (const [name, text] of valid) {
      const row = rows.find((each) => each['A3.3'] === `T-${name}`);
      expect([name, row['A3.4']]).toEqual([name, cleanText(text).replace(/\s+/g, ' ')]);
      for (const field of ['A3.7', 'A3.13', 'A3.14', 'A3.15', 'A3.16']) expect(row[field]).toBe(cleanText(text));
    }
    expect(readCsv(await tableAs('csv'))).toEqual(cellsOf(table));
    expect(readFlat(await tableAs('flat'))).toEqual(cellsOf(table));
    await cli('deliver', DATE, '--output', 'out');
    const delivered = await readFile(join(root, 'out', DATE, `A-3_${DATE}.txt`), 'utf8');
    expect(readFlat(delivered)).toEqual(cellsOf(table));
    await cli('as-of', DATE, '--format', 'parquet', '--output', 'table.parquet');
    const read = await parquetRows(await readFile(join(root, 'table.parquet')));
    const values = table.map((line) => Object.entries(JSON.parse(line) as Row).slice(1));
    expect(read.map((row) => Object.entries(row).filter(([name]) => name.startsWith('a3_')))).toEqual(
      values.map((of) => of.map(([field, value]) => [field.toLowerCase().replaceAll('.', '_'), value])),
    );
  });

  it('is refused with half a surrogate pair, and taken with a whole one', async () => {
    const { rules } = JSON.parse(await out('rejected', DATE, '--rule', 'LEX-lone-surrogate', '--json'));

    expect(rules).toMatchObject([{ rule: 'LEX-lone-surrogate', documents: 1 }]);
    expect(await tableAs('ndjson')).toContain('"A3.4":"😀 [31m Master Agreement 2002"');
  });

  it('neither colours nor turns nor breaks a line of any command, on the screen or as JSON', async () => {
    const commands = [
      ...['turned', 'heaped', 'coloured8', 'lines'].map((name) => ['why', `T-${name}`]),
      ['rejected', DATE, '--limit', '100'],
      ['rejected', DATE, '--by-rule'],
      ['show', DATE],
      ['entities', 'pending', '--limit', '5000'],
      ['entities', 'impact', '--key', TEXTS['turned']!],
      ['why', TEXTS['turned']!],
      ['rejected', DATE, '--rule', TEXTS['cleared']!],
      ['diff', DATE, TEXTS['coloured']!],
    ];
    for (const command of commands) {
      const [shown, asJson] = await Promise.all([cli(...command), cli(...command, '--json')]);

      for (const text of [shown.stdout, shown.stderr, asJson.stdout, asJson.stderr]) expect(text).not.toMatch(OBEYED);
      // A command that can be copied is broken on a screen alone.
      const lines = shown.stdout.split('\n').filter((line) => !line.includes('npx lexdelta '));
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
      JSON.parse(asJson.stdout);
    }
  });
});
