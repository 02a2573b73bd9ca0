/**
 * Contacts are personal data: their values stand in documents, in the table, its change log and the raw text of rejected
 * documents, and nowhere else. Every contact of these days holds a word that nothing else holds.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../../src/cli/services.ts';
import { manifestKey } from '../../../src/publish/attempt-files.ts';
import { openPublishedDay } from '../../../src/publish/read-published.ts';
import { textsRecordKey } from '../../../src/publish/retention/texts-record.ts';
import { FolderJobDailyA3Data } from '../../../src/stores/embedded/folder-job-daily-a3-data.ts';
import { cctDocument, docmanDocument, macDocument, pwmDocument } from '../../fixtures/documents.ts';
import { textsRecordOf } from '../../publish/retention/texts-record-of.ts';
import { runCli } from '../support.ts';

const WORD = 'Kanarienvogel';
const CO =
  'CO.2,CO.3,CO.4\nKD3XUN7C6T14HNAYLU02,Y,Goldman Sachs Bank USA\n784F5XWPLTWKTBV3E584,Y,The Goldman Sachs Group\n';
const CP = 'CP.2,CP.3,CP.4\nBFM8T61CT2L1QCEMIK50,Y,UBS AG\n549300SZJ9VS8SGXAN81,Y,UBS Group AG\n';
const LAWS = 'law_key,display_name\nNew York,New York\n';

const ONLY_CCT = {
  max_parallel_executions: 2,
  query_batch_size: 1000,
  business_date: '2021-10-21',
  query_percentage_success: 0.9,
  docs_transformation_percentage_success: 0.9,
  namespaces: [{ namespace: 'cct', total_docs: 0, total_docs_queried: 0 }],
};

let root: string;
let printed = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  for (const [name, text] of Object.entries({ 'co.csv': CO, 'cp.csv': CP, 'laws.csv': LAWS })) {
    await writeFile(join(root, name), text);
  }
  await cli('entities', 'import', '--co', 'co.csv', '--cp', 'cp.csv');
  await cli('laws', 'import', 'laws.csv');
  await writeLex('');
  const accept = ['--accept', 'transform', '--accept', 'query', '--by', 'Ada', '--reason', 'a test'];
  const asRead = ['--accept', 'query', '--by', 'Ada', '--reason', 'a test'];
  await cli('run', '--business-date', '2021-10-19', '--lex', 'lex', ...asRead);
  await cli('run', '--business-date', '2021-10-19', '--lex', 'lex', ...accept);
  await writeLex(' too');
  await cli('run', '--business-date', '2021-10-20', '--lex', 'lex', '--json', ...accept);
  for (const date of ['2021-10-19', '2021-10-20']) {
    await cli('show', date, '--json');
    await cli('rejected', date);
    await cli('rejected', date, '--by-rule');
    await cli('findings', date, '--json');
  }
  await cli('runs', '--json');
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

async function cli(...args: readonly string[]): Promise<void> {
  const { stdout, stderr } = await runCli(args, { services: LOCAL_SERVICES, cwd: root });
  printed += `$ ${args.join(' ')}\n${stdout}${stderr}`;
}

describe('a contact', () => {
  it('is published and rejected in these days: what follows would see it', async () => {
    const table = await linesOf('published/as_of=2021-10-20/attempt=1/table');
    const texts = await linesOf('published/as_of=2021-10-20/attempt=1/texts');

    expect(table.filter((line) => line.includes(WORD)).length).toBeGreaterThan(0);
    expect(texts.filter((line) => line.includes(WORD)).length).toBeGreaterThan(10);
    expect(printed).toContain('! PUBLISHED, WITH RESERVATIONS');
    expect(printed).toContain('✘ NOT PUBLISHED');
  });

  it('stands in no output of a command that does not show rows or raw texts', () => {
    expect(linesWith(printed)).toEqual([]);
  });

  it('stands in no row of JobStats, no history of an execution, no hash and no look-up', async () => {
    const files = await filesBelow(join(root, 'lexdelta-data', 'lmdb'));
    const bodies = await Promise.all(files.map((file) => readFile(file)));

    expect(bodies.some((body) => body.includes('TRANSFORMATION_GATE_FAILED'))).toBe(true);
    expect(files.filter((_, i) => bodies[i]!.includes(WORD))).toEqual([]);
  });

  it('stands in no finding of a rejected document, and in no other file of a published day', async () => {
    const folder = join(root, 'lexdelta-data', 'JobDailyA3Data');
    const found: string[] = [];
    for (const file of await filesBelow(folder)) {
      const key = relative(folder, file);
      if (/\/(table|parquet|changes|texts)\//.test(key)) continue;
      const text = await textOf(file);
      const isOutput = /^records\/[^/]+\/\d+\/\d{3}-\d{9}\.ndjson$/.test(key);
      const searched = isOutput ? withoutContents(text) : text;
      if (searched.includes(WORD)) found.push(`${key}: ${linesWith(searched)[0]?.slice(0, 300)}`);
    }
    expect(found).toEqual([]);
  });
});

describe('the text of a rejected document', () => {
  const raw = (...args: readonly string[]) => runCli(['rejected', ...args], { services: LOCAL_SERVICES, cwd: root });

  it.each([
    ['a published run', '2021-10-20', `${WORD} too`],
    ['a run that published nothing', 'agreements-2021-10-19', WORD],
  ])('is given as Lex gave it to whoever asks for it by its id: %s', async (_, run, word) => {
    const { exitCode, stdout, stderr } = await raw(run, '--raw', 'mac/mac-0000000050');
    const json = JSON.parse((await raw(run, '--raw', 'mac-0000000050', '--namespace', 'mac', '--json')).stdout);

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`1 ${word} St`);
    expect(json).toMatchObject({ namespace: 'mac', lex_id: 'mac-0000000050', raw: stdout, bytes: stdout.length });
  });

  it('is given of a namespace, too, that the run left out', async () => {
    await writeFile(join(root, 'cct.json'), JSON.stringify(ONLY_CCT));
    const kinds = ['date', 'query', 'transform'].flatMap((kind) => ['--accept', kind]);
    const run = ['run', '--input', 'cct.json', '--lex', 'lex', ...kinds, '--by', 'Ada', '--reason', 'a test'];
    expect((await runCli(run, { services: LOCAL_SERVICES, cwd: root })).stdout).toContain('PUBLISHED');

    expect(await raw('2021-10-21', '--raw', 'mac/mac-0000000050')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`1 ${WORD} too St`),
    });
  });

  it('is told as deleted where retention has deleted it, and as unknown where nothing is rejected', async () => {
    const a3 = new FolderJobDailyA3Data(join(root, 'lexdelta-data', 'JobDailyA3Data'));
    const id = { business_date: '2021-10-19', attempt: 2 };
    const { manifest, folder } = await openPublishedDay(a3, manifestKey(id));
    await a3.putOnce(textsRecordKey(id), Buffer.from(JSON.stringify(textsRecordOf(manifest, 'Ada'))));
    await rm(join(root, 'lexdelta-data', 'JobDailyA3Data', folder, 'texts'), { recursive: true });

    const gone = await raw('2021-10-19', '--raw', 'mac-0000000050');
    const none = await raw('2021-10-20', '--raw', 'mac-0000000070', '--json');

    expect([gone.exitCode, gone.stdout]).toEqual([1, '']);
    expect(gone.stderr.replace(/\n +/g, ' ')).toMatch(/TEXT_DELETED.* was deleted on 2021-11-08 by retention \(Ada\)/);
    expect(JSON.parse(none.stdout)).toMatchObject({ code: 'AGREEMENT_UNKNOWN', exit_code: 1 });
  });
});

/** What may hold contacts by its nature, taken out: raw texts, and the values of rows. */
function withoutContents(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines
    .map((line) => JSON.parse(line) as { readonly raw?: unknown; readonly rows?: unknown })
    .map(({ raw: _raw, rows: _rows, ...entry }) => JSON.stringify(entry))
    .join('\n');
}

function linesWith(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.includes(WORD));
}

async function textOf(file: string): Promise<string> {
  const body = await readFile(file);
  return (file.endsWith('.gz') ? gunzipSync(body) : body).toString('utf8');
}

async function linesOf(key: string): Promise<readonly string[]> {
  const files = await filesBelow(join(root, 'lexdelta-data', 'JobDailyA3Data', key));
  return (await Promise.all(files.map(textOf))).join('').split('\n');
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Documents with every kind of contact, right and wrong. @param more makes another day of them */
async function writeLex(more: string): Promise<void> {
  const word = `${WORD}${more}`;
  await mkdir(join(root, 'lex'), { recursive: true });
  const write = (name: string, lines: readonly string[]) =>
    writeFile(join(root, 'lex', `${name}.ndjson`), lines.map((line) => `${line}\n`).join(''));
  await write('mac', macLines(word));
  await write('docman', docmanLines(word));
  await write('pwm', pwmLines(word));
  await write('cct', cctLines(word));
}

function macLines(word: string): readonly string[] {
  const right = {
    name: word,
    address: `1 ${word} St`,
    phone: `41 ${word}`,
    email: `${word.replace(' ', '')}@example.com`,
  };
  const notices: readonly unknown[] = [
    right,
    { ...right, email: `${word}${'x'.repeat(200)}` },
    { ...right, phone: [word] },
    { ...right, name: { first: word } },
    { ...right, address: `${word}~${word}\n\u0000` },
    { ...right, mobile: word },
    { ...right, [word]: 'a key' },
    word,
    [word],
    { name: 7, address: word },
  ];
  const lines = notices.map((one, i) => JSON.stringify(mac(i + 1, one)));
  const unknown = mac(50, right);
  unknown.agreement.parties[1]!.entityId = 'NOBODY';
  const dated = mac(51, right);
  dated.agreement.executedOn = 'yesterday';
  const twice = [mac(52, right), mac(52, { ...right, name: `${word} again` })];
  const cut = JSON.stringify(mac(60, right));
  return [
    ...lines,
    ...[unknown, dated, ...twice].map((one) => JSON.stringify(one)),
    cut.slice(0, cut.indexOf(word) + word.length),
    `{"lexId":"mac-0000000061","notices":${word}}`,
    `{"lexId":"${word}`,
    JSON.stringify(mac(70, right)),
  ];
}

function mac(number: number, notices: unknown) {
  const document = macDocument();
  const { agreement } = document;
  const parties = agreement.parties.map((one) => (one.role === 'COUNTERPARTY' ? { ...one, notices } : one));
  const lexId = `mac-${String(number).padStart(10, '0')}`;
  return { ...document, lexId, agreement: { ...agreement, agreementId: `MAC-${number}`, parties } };
}

function docmanLines(word: string): readonly string[] {
  const contacts = { notice_name: word, notice_address: word, notice_phone: word, notice_email: word };
  const cards = [contacts, { ...contacts, notice_phone: [word] }, { ...contacts, notice_email: word.repeat(20) }];
  return cards.map((card, i) => JSON.stringify({ ...docmanDocument(), ...card, doc_id: `docman-000000000${i}` }));
}

function pwmLines(word: string): readonly string[] {
  const right = { to: word, lines: [word, word], tel: word, mail: word };
  const contacts = [right, { ...right, lines: word }, { ...right, lines: [[word]] }, word, { ...right, tel: { word } }];
  return contacts.map((contact, i) => {
    const document = pwmDocument();
    return JSON.stringify({ ...document, id: `pwm-000000000${i}`, client: { ...document.client, contact } });
  });
}

function cctLines(word: string): readonly string[] {
  const right = [word, word, word, word];
  const notices = [right, [...right, word], [word, [word], null, word.repeat(20)], word, { name: word }];
  return notices.map((nt, i) => JSON.stringify({ ...cctDocument(), k: `cct-000000000${i}`, nt }));
}
