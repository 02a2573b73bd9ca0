import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import { displayWidth } from '../../src/cli/terminal/harmless.ts';
import { runCli } from '../cli/support.ts';

/** A Wednesday and a Thursday of the sample, and the Monday after a correction; that Friday has no table. */
const [ONE, TWO, THREE] = ['2021-10-20', '2021-10-21', '2021-10-25'];

let root: string;

const sample = (path: string) => fileURLToPath(new URL(`../../sample/${path}`, import.meta.url));
const cli = (...args: readonly string[]) =>
  runCli(args, { services: LOCAL_SERVICES, cwd: root, now: '2021-10-26T06:00:00Z' });
const json = async (...args: readonly string[]) => JSON.parse((await cli(...args, '--json')).stdout);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  await writeFile(join(root, 'laws.csv'), 'law_key,display_name\nTexas,State of Texas\n');
  await writeFile(join(root, 'co.csv'), 'CO.2,CO.3,CO.4\nH-ABG-SHAQ-LLC,N,ABG-Shaq Limited\n');
  const file = (name: string) => sample(`look-ups/${name}.csv`);
  await cli('entities', 'import', '--co', file('co'), '--cp', file('cp'), '--aliases', file('aliases'));
  await cli('laws', 'import', file('laws'));
  await cli('run', '--business-date', ONE, '--lex', sample('lex/day-1'));
  await cli('run', '--business-date', TWO, '--lex', sample('lex/day-2'));
  await cli('entities', 'import', '--co', 'co.csv', '--by', 'Ada');
  await cli('laws', 'import', 'laws.csv', '--by', ' Grace Hopper ');
  await cli('run', '--business-date', THREE, '--lex', sample('lex/day-2'));
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

describe('lexdelta laws imports', () => {
  it('lists who imported which file, the newest first', async () => {
    const { items } = await json('laws', 'imports');
    const { stdout } = await cli('entities', 'imports');

    expect(items).toMatchObject([
      { number: 4, by: 'Grace Hopper', files: [{ name: 'laws.csv' }], keys: { new: 0, changed: 1 } },
      { number: 2, files: [{ name: 'laws.csv' }] },
    ]);
    const sha256 = hash('sha256', await readFile(join(root, 'laws.csv')));
    expect(items[0].files[0].sha256).toBe(sha256);
    expect(stdout).toMatch(/^import .+\n +3 .+ Ada +co\.csv +[0-9a-f]{8} +0 +1 +0\n +1 .+ co\.csv .+\n +cp\.csv /);
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });
});

describe('lexdelta entities pending', () => {
  it('shows first what most documents wait for, with their number and since when', async () => {
    const { items, as_of, more } = await json('entities', 'pending', '--limit', '3');
    const { stdout, stderr } = await cli('entities', 'pending', '--limit', '3');

    expect({ as_of, more }).toEqual({ as_of: THREE, more: true });
    expect(items[0]).toMatchObject({ entity_id: '[] ("Member")', documents: 3, since: ONE });
    expect(items.map((item: { documents: number }) => item.documents)).toEqual([3, 2, 1]);
    expect(stdout).toMatch(/^entity +documents +since\n\[\] \("Member"\) +3 +2021-10-20\n/);
    expect(stderr).toContain(`Documents of the table as of ${THREE}.`);
  });
});

describe('lexdelta why, after a correction to one law and one entity', () => {
  it('names the look-up row as the reason, with the field that differs and the day without a table', async () => {
    const { exitCode, stdout } = await cli('why', 'cuad-0080');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('mac/mac-0000000080\n✔ in the table, as of 2021-10-25.\n');
    expect(stdout).toContain(
      [
        '  2021-10-20  new (1 row added), by agreements-2021-10-20',
        '  2021-10-22  no table (1 business day): the last good one is as of 2021-10-21',
        '  2021-10-25  changed, by agreements-2021-10-25',
        '              A3.7: "Texas" -> "State of Texas"',
        '              because the look-up row GoverningLaw "texas" changed: 84af88d7 ->',
        '                292333c6\n',
      ].join('\n'),
    );
    expect(stdout).toMatch(/292333c6\n {16}import 4 by Grace Hopper, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: laws\.csv\n/);
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('says so of a row that was made again with the same values', async () => {
    const impact = await json('entities', 'impact', '--key', 'H-ABG-SHAQ-LLC', '--limit', '1');
    expect(await json('entities', 'impact', 'H-ABG-SHAQ-LLC', '--limit', '1')).toEqual(impact);
    expect(await json('entities', 'impact')).toMatchObject({ code: 'USAGE' });
    const { namespace, lex_id } = impact.examples[0];

    const { documents } = await json('why', `${namespace}/${lex_id}`);

    expect(documents).toHaveLength(1);
    expect(documents[0].time_line.at(-1)).toMatchObject({
      date: THREE,
      event: 'remade',
      rows: [],
      reasons: [
        {
          kind: 'look_up',
          table: 'Entity',
          key: 'h-abg-shaq-llc',
          fields: { 'CO.4': { from: 'ABG-Shaq, LLC', to: 'ABG-Shaq Limited' } },
        },
      ],
    });
    expect((await cli('why', `${namespace}/${lex_id}`)).stdout).toContain(
      '\n                CO.4: "ABG-Shaq, LLC" -> "ABG-Shaq Limited"\n',
    );
  });

  it('tells what the content hash leaves out, and the versions that made the row', async () => {
    const { documents } = await json('why', 'cuad-0080');

    expect(documents[0].row_origin).toMatchObject({
      run: `agreements-${THREE}`,
      module: '1',
      rules: expect.stringMatching(/^[0-9a-f]{8}$/),
      content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      left_out: ['audit'],
    });
  });

  it('says why a document is not in the table: the rule, where it comes from, and what to do', async () => {
    const { exitCode, stdout } = await cli('why', 'docman-0000000097');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('✘ NOT in the table: the document is rejected since 2021-10-20, as of 2021-10-25.');
    expect(stdout).toContain('A3.6-unknown (A3.6): The Entity table does not know this entity.');
    expect(stdout).toContain('    from  31 CFR 148 App. A, A3.6; 12 CFR 371 App. B, A3.6\n');
    expect(stdout).toContain('    mend  Import the entity (lexdelta entities import)');
    expect(stdout).toContain('Entity "you" not there');
  });

  it('takes an A3.3 with its namespace and with spaces around it, and tells of another case', async () => {
    const { documents } = await json('why', ' mac/cuad-0080 ');
    const other = await cli('why', 'CUAD-0080');

    expect(documents).toMatchObject([{ namespace: 'mac', lex_id: 'mac-0000000080' }]);
    expect(other).toMatchObject({ exitCode: 1, stdout: '' });
    expect(other.stderr.replace(/\n */g, ' ')).toContain('Did you mean cuad-0080?');
    expect(await json('why', 'mac/CUAD-0080')).toMatchObject({ details: { did_you_mean: 'mac/cuad-0080' } });
    expect(await json('why', 'cuad-198')).toMatchObject({ details: { did_you_mean: 'cuad-0198' } });
    const entity = (await json('why', 'H-UBS-AG')).details as object;
    expect(entity).toMatchObject({ command: expect.stringContaining('entities impact --key H-UBS-AG') });
    expect((await json('why', 'nobody')).details).not.toHaveProperty('did_you_mean');
  });

  it('follows an agreement from one document to another', async () => {
    const { documents } = await json('why', 'cuad-0190');

    expect(documents.map((one: { namespace: string; state: string }) => [one.namespace, one.state])).toEqual([
      ['mac', 'published'],
      ['pwm', 'removed'],
    ]);
    expect(documents[1].time_line.at(-2)).toMatchObject({ date: TWO, event: 'removed' });
  });

  it('tells a day on which only the bytes of a document differ, and one that healed it', async () => {
    expect((await cli('why', 'cct-0000000007')).stdout).toContain(
      '  2021-10-21  touched: its stored bytes differ, its content does not, by\n',
    );
    const { documents } = await json('why', 'docman-0000000001');
    expect(documents[0].time_line.map((entry: { event?: string; date: string }) => entry.event ?? entry.date)).toEqual([
      'rejected',
      'healed',
      '2021-10-22',
    ]);
    expect(documents[0].time_line[1].reasons).toMatchObject([{ kind: 'document' }]);
  });

  it('tells only the days that were asked for, and compares the first of them with the day before', async () => {
    const { documents } = await json('why', 'cuad-0080', '--between', '10-22-2021', THREE);

    expect(documents[0].time_line.map(({ type, date }: { type: string; date: string }) => [type, date])).toEqual([
      ['no_table', '2021-10-22'],
      ['event', THREE],
    ]);
    expect(documents[0].time_line[1]).toMatchObject({ event: 'changed', reasons: [{ kind: 'look_up', key: 'texas' }] });
  });

  it.each([
    [[' '], 2, 'USAGE', 'Give an A3.3 or a lex id'],
    [['nobody'], 1, 'AGREEMENT_UNKNOWN', 'on any of 3 published days'],
    [
      ['cuad-0080', '--between', '10-22-2021', '10-23-2021'],
      1,
      'NO_TABLE_FOR_DATE',
      'the last one before is as of 2021-10-21',
    ],
    [['cuad-0080', '--between', '10-22-2021', '10-21-2021'], 2, 'USAGE', 'the earlier date comes first'],
    [['cuad-0080', '--between', '10-22-2021'], 2, 'USAGE', 'takes two dates'],
    [['nobody', '--between', TWO, THREE], 1, 'AGREEMENT_UNKNOWN', 'on any of 2 published days from 2021-10-21'],
    [['cuad-0080', '--namespace', 'nosuch'], 2, 'USAGE', 'they have cct, docman, mac, pwm'],
  ])('refuses %j', async (args, exitCode, code, text) => {
    const result = await cli('why', ...args);

    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toContain(`[${code}]`);
    expect(result.stderr.replace(/\n */g, ' ')).toContain(text);
  });
});

describe('lexdelta diff', () => {
  const csv = (text: string) => text.split('\r\n').slice(1, -1);

  it('counts by namespace and field over several days, with examples, in 80 columns', async () => {
    const { exitCode, stdout } = await cli('diff', ONE, THREE);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('From 2021-10-20 to 2021-10-25: 5 rows added, 16 changed, 1 removed.\n');
    expect(stdout).toContain('  pwm            1        1        1\n');
    expect(stdout).toContain('  A3.7                 14\n');
    expect(stdout).toContain('    A3.7: "Texas" -> "State of Texas"\n');
    expect(stdout).toContain('  CO                0        1        0\n');
    expect(stdout).toContain('  changed CO.2 H-ABG-SHAQ-LLC\n    CO.4: "ABG-Shaq, LLC" -> "ABG-Shaq Limited"\n');
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('prints every difference as ndjson and csv, which say the same as the summary', async () => {
    const summary = await json('diff', ONE, THREE);
    const rows = (await cli('diff', ONE, THREE, '--format', 'ndjson')).stdout.trimEnd().split('\n');
    const lines = csv((await cli('diff', ONE, THREE, '--format', 'csv')).stdout);

    expect(rows).toHaveLength(summary.added + summary.changed + summary.removed);
    expect(lines).toHaveLength(rows.length);
    expect(lines.filter((line) => line.endsWith(',A3.7,Texas,State of Texas'))).toHaveLength(14);
    expect(JSON.parse(rows[0]!)).toMatchObject({ change: 'added', namespace: 'cct', 'A3.3': 'cuad-0011' });
  });

  it('is the way back when the later date comes first', async () => {
    expect(await json('diff', THREE, ONE)).toMatchObject({ added: 1, changed: 16, removed: 5 });
    expect(await json('diff', ONE, ONE)).toMatchObject({ added: 0, changed: 0, removed: 0, examples: [] });
    expect(await json('diff', ONE, THREE, '--format', 'csv')).toMatchObject({ code: 'USAGE' });
  });

  it('writes a file whole, of one namespace alone', async () => {
    const args = ['diff', ONE, TWO, '--namespace', 'pwm', '--format', 'csv', '--output', 'diff.csv'];
    const result = await json(...args);

    expect(result).toMatchObject({ added: 1, changed: 1, removed: 1, format: 'csv', output: join(root, 'diff.csv') });
    expect(csv(await readFile(join(root, 'diff.csv'), 'utf8'))).toHaveLength(3);
  });

  it.each([
    [[ONE, '10-22-2021'], 1, 'NO_TABLE_FOR_DATE'],
    [[ONE, 'yesterday'], 2, 'USAGE'],
    [[ONE, TWO, '--namespace', 'nosuch'], 2, 'USAGE'],
    [[ONE], 2, 'USAGE'],
  ])('refuses %j', async (args, exitCode, code) => {
    const result = await cli('diff', ...args);

    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toContain(`[${code}]`);
  });
});

describe('lexdelta trends', () => {
  it('lines up the published days with their figures, in 80 columns', async () => {
    const { exitCode, stdout } = await cli('trends');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('2021-10-21     510    1       10            0  2.1 %        1         1\n');
    expect(stdout).toContain('2021-10-25     510    0        0           15  2.9 %        0         2\n');
    expect(stdout).toContain('pwm            90    0 %  ·█▁\n');
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('gives the last days with --json', async () => {
    const { days, jumps } = await json('trends', '--days', '2');

    expect(days.map(({ date }: { date: string }) => date)).toEqual([TWO, THREE]);
    expect(days[0]).toMatchObject({ rows: 715, rejected_now: 44, total: { listed: 510, new: 1, changed: 10 } });
    const { runs } = await json('runs', '--business-date', TWO);
    expect(days[0].duration_ms).toBe(Date.parse(runs[0].ended_at) - Date.parse(runs[0].started_at));
    expect(jumps).toEqual([]);
  });

  it('says so when nothing is published', async () => {
    const folder = join(root, 'empty');
    await cli('laws', 'import', sample('look-ups/laws.csv'), '--data', folder);

    for (const args of [['trends'], ['why', 'cuad-0080']]) {
      const result = await cli(...args, '--data', folder);
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
      expect(result.stderr).toContain('No table is published yet.');
    }
  });
});
