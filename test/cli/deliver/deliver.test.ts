import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entityItem } from '../../../src/agreements/make-look-up-items.ts';
import type { Services } from '../../../src/cli/services.ts';
import { displayWidth } from '../../../src/cli/terminal/harmless.ts';
import type { JobData } from '../../../src/runtime/job-data.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable } from '../../fakes/memory-look-ups.ts';
import { publishDay, rejectedLine, transformedRow, validLine } from '../../publish/day-fixture.ts';
import { type CliOptions, runCli } from '../support.ts';

const DATE = '2021-10-20';

/** A published day, and the same published before there were master tables. */
let whole: Services['openData'];
let older: Services['openData'];
let cwd: string;

function dataOf(a3: MemoryJobDailyA3Data, head: string): Services['openData'] {
  const jobStats = { getLock: async () => ({ head, as_of: DATE }) };
  return async () => ({ jobDailyA3Data: a3, jobStats, close: async () => undefined }) as unknown as JobData;
}

beforeAll(async () => {
  const row = (i: number, name: string | null) =>
    transformedRow({ 'A3.2': 'BANK', 'A3.3': `AGR-${i}`, 'A3.6': 'CLIENT', 'A3.8': 'N', 'A3.13': name });
  const lines = [validLine('mac-1', [row(1, 'N/A')]), validLine('mac-2', [row(2, null)]), rejectedLine('mac-3')];
  const masters = new MemoryEntityTable();
  await masters.putAll([entityItem('BANK', ['CO'], {}), entityItem('CLIENT', ['CP'], { 'CP.4': 'A Client' })]);
  const a3 = new MemoryJobDailyA3Data();
  const id = { business_date: DATE, attempt: 1 };
  const { manifest } = await publishDay(a3, id, null, [{ namespace: 'mac', lines }], { masters });
  whole = dataOf(a3, manifest);
  const before = new MemoryJobDailyA3Data();
  for await (const { key } of a3.list('published')) {
    const body = (await a3.get(key))!;
    if (key !== manifest) await before.putOnce(key, body);
  }
  const { masters: _, ...rest } = JSON.parse((await a3.get(manifest))!.toString('utf8'));
  await before.putOnce(manifest, Buffer.from(JSON.stringify(rest)));
  older = dataOf(before, manifest);
});
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const deliver = (args: readonly string[], options: CliOptions = {}) =>
  runCli(['deliver', '10-20-2021', '--output', 'out', ...args], { services: { openData: whole }, cwd, ...options });
const configure = (delivery: unknown) => writeFile(join(cwd, 'lexdelta.json'), JSON.stringify({ delivery }));
const file = (name: string) => readFile(join(cwd, 'out', DATE, name), 'utf8');

describe('lexdelta deliver', () => {
  it('tells the files with rows, bytes and digest in 80 columns, and how to check them', async () => {
    const { exitCode, stdout, stderr } = await deliver([]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^A-3, CO, CP as of 2021-10-20 \(agreements-2021-10-20-attempt-1\)\. Every row was$/m);
    expect(stdout).toMatch(/^ {2}A-3_2021-10-20\.txt {5}2 +\d+ {2}[0-9a-f]{16}…$/m);
    expect(stdout).toContain(`(cd ${join(cwd, 'out', DATE)} && sha256sum -c SHA256SUMS)\n`);
    for (const line of stdout.split('\n').filter((one) => !one.includes(cwd))) {
      expect(displayWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  it('gives one JSON document with --json', async () => {
    const { stdout } = await deliver(['--json', '--tables', 'cp,a3,cp']);

    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'lexdelta.deliver/1',
      business_date: DATE,
      folder: join(cwd, 'out', DATE),
      files: [
        { table: 'CP', path: 'CP_2021-10-20.txt', rows: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        { table: 'A-3', path: 'A-3_2021-10-20.txt', rows: 2 },
      ],
      faults: 0,
    });
  });

  it('says what is wanting in Table A-3, on the screen, in JSON and in the data package', async () => {
    const wanting = { empty_mandatory: { 'A3.4': 2, 'A3.5': 2, 'A3.7': 2 }, stale_rows: 0, rejected_documents: 1 };

    const { stdout } = await deliver([]);
    const { reservations } = JSON.parse((await deliver(['--json', '--output', 'again'])).stdout);
    const masters = JSON.parse((await deliver(['--json', '--output', 'masters', '--tables', 'co'])).stdout);

    expect(stdout).toContain('\n  empty     A3.4 in 2 rows, A3.5 in 2 rows, ');
    expect(stdout).toContain('\n  left out  1 document is rejected, and not in the table\n');
    expect(reservations).toMatchObject(wanting);
    expect(JSON.parse(await file('datapackage.json'))['lexdelta:reservations']).toEqual(reservations);
    expect(masters.reservations).toBeNull();
  });

  it('takes what the configuration says, and flags before it', async () => {
    await configure({
      tables: ['a3'],
      fileName: 'QFC_{table}_{yyyymmdd}.txt',
      header: 'names',
      lineEnd: 'crlf',
      notApplicable: 'N/A',
      notApplicableByField: { 'A3.9': 'NONE' },
    });

    const { exitCode, stderr } = await deliver(['--no-header']);

    expect(exitCode).toBe(0);
    expect(await readdir(join(cwd, 'out', DATE))).toEqual(['QFC_A-3_20211020.txt', 'SHA256SUMS', 'datapackage.json']);
    expect((await file('QFC_A-3_20211020.txt')).split('\r\n')).toEqual([
      `${DATE}~BANK~AGR-1~N/A~N/A~CLIENT~N/A~N/A~N~NONE${'~N/A'.repeat(10)}`,
      `${DATE}~BANK~AGR-2~N/A~N/A~CLIENT~N/A~N/A~N~NONE${'~N/A'.repeat(10)}`,
      '',
    ]);
    expect(stderr.replaceAll('\n  ', ' ')).toBe(
      '! 1 value of the tables reads like the text for what does not apply (N/A, NONE).\n',
    );
    expect(JSON.parse(await file('datapackage.json')).resources[0]).toMatchObject({
      dialect: { header: false, lineTerminator: '\r\n' },
      schema: { missingValues: ['N/A', 'NONE'] },
    });
  });

  it.each([
    [{ header: 'yes' }, '/delivery/header: found "yes", expected "numbers" or "names" or "none"'],
    [{ tables: [] }, '/delivery/tables: found [], expected a list that is not empty'],
    [{ tables: ['a4'] }, '/delivery/tables/0: found "a4", expected "a3" or "co" or "cp"'],
    [{ fileName: '{date}' }, '/delivery/fileName: found "{date}", expected {table} in it'],
    [{ notApplicable: '~' }, '/delivery/notApplicable: found "~", expected a text without'],
    [{ notApplicableByField: { 'A3.99': '' } }, '/delivery/notApplicableByField/A3.99: there is no such field'],
    [{ notApplicableByField: { where: '' } }, '/delivery/notApplicableByField/where: no such name'],
    [{ lineEnds: 'lf' }, '/delivery/lineEnds: no such key'],
  ])('refuses the configuration %j, and writes nothing', async (delivery, text) => {
    await configure(delivery);

    const { exitCode, stdout, stderr } = await deliver([]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.replace(/\n */g, ' ')).toContain(text);
    expect(await readdir(cwd)).toEqual(['lexdelta.json']);
  });

  it.each([
    [['--tables', 'a3,bl'], 'expected some of a3,co,cp'],
    [['--file-name', '../{table}'], 'expected letters'],
    [['--not-applicable', 'a~b'], 'expected a text without'],
    [['--header', 'yes'], 'numbers, names, none'],
  ])('refuses %j', async (args, text) => {
    const { exitCode, stderr } = await deliver(args);

    expect(exitCode).toBe(2);
    expect(stderr.replace(/\n */g, ' ')).toContain(text);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('delivers A-3 alone of a day that was published without master tables, and says so', async () => {
    const refused = await deliver([], { services: { openData: older } });
    const alone = await deliver(['--tables', 'a3'], { services: { openData: older } });

    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('✘ [NO_MASTER_TABLES]');
    expect(refused.stderr).toContain('--tables a3');
    expect(alone.exitCode).toBe(0);
  });

  it('lists what it found wrong, and delivers it with --allow-faults', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const row = transformedRow({ 'A3.2': 'BANK', 'A3.3': 'AGR-9', 'A3.6': 'CLIENT', 'A3.14': 'Secret '.repeat(20) });
    const slices = [{ namespace: 'mac', lines: [validLine('mac-1', [row])] }];
    const { manifest } = await publishDay(a3, { business_date: DATE, attempt: 1 }, null, slices);
    const services = { openData: dataOf(a3, manifest) };

    const refused = await deliver(['--tables', 'a3'], { services });
    const asJson = await deliver(['--tables', 'a3', '--json'], { services });
    const allowed = await deliver(['--tables', 'a3', '--allow-faults'], { services });

    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^✘ \[DELIVERY_FAULTY\] A fault was found in what was written\.\n/);
    expect(refused.stderr.replace(/\n +/g, ' ')).toContain('A-3_2021-10-20.txt line 2: A3.14 of AGR-9 has 14');
    expect(`${refused.stderr}${asJson.stdout}`).not.toContain('Secret');
    expect(JSON.parse(asJson.stdout)).toMatchObject({ code: 'DELIVERY_FAULTY', faults: [{ line: 2, field: 'A3.14' }] });
    expect(allowed.exitCode).toBe(0);
    expect(allowed.stdout.replaceAll('\n', ' ')).toContain('Read back; 1 fault was allowed.');
  });

  it('leaves nothing when it is stopped', async () => {
    const { exitCode } = await deliver([], { stop: 'SIGINT' });

    expect(exitCode).toBe(130);
    expect(await readdir(join(cwd, 'out'))).toEqual([]);
  });
});
