/** The commands on real data folders: one small day that is published, one that is not. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import { parquetRows } from '../publish/parquet/read-parquet.ts';
import { type CliOptions, type CliResult, runCli } from './support.ts';

let root: string;
let lex: string;

function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return runCli(args, { services: LOCAL_SERVICES, cwd: root, ...options });
}

function document(number: number, change: object = {}): object {
  const agreement = { id: `A-${number}`, nm: 'Master Netting Agreement', dt: 20100125, lw: 'New York' };
  return {
    k: `cct-${number}`,
    v: 1,
    le: 'BANK-1',
    cp: ['CLIENT-1'],
    ag: agreement,
    xd: [],
    ce: { re: null, cp: null },
    ch: [],
    ts: 1,
    ...change,
  };
}

const job = (date: string, share = 0.5) =>
  JSON.stringify({
    max_parallel_executions: 1,
    query_batch_size: 10,
    business_date: date,
    query_percentage_success: 0.9,
    docs_transformation_percentage_success: share,
    namespaces: [{ namespace: 'cct' }],
  });

/** A day that has not begun when the tests run. */
const TOMORROW = ['--accept', 'date', '--by', 'Ada', '--reason', 'a rehearsal'];
const run = (data: string, date: string, share?: number, ...flags: readonly string[]) =>
  cli(['run', '--input', '-', '--lex', lex, '--data', data, ...flags], { stdin: job(date, share) });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  lex = join(root, 'lex');
  await mkdir(lex);
  const unknown = document(3, { cp: ['\u202Enobody\x1b[2J'] });
  const lines = [document(1), document(2), unknown].map((one) => `${JSON.stringify(one)}\n`);
  await writeFile(join(lex, 'cct.ndjson'), lines.join(''));
  await writeFile(join(root, 'co.csv'), 'CO.2,CO.4\nBANK-1,The Bank\n');
  await writeFile(join(root, 'cp.csv'), 'CP.2,CP.4\nCLIENT-1,A Client\n');
  await writeFile(join(root, 'bad.csv'), 'CP.2,CP.4\nCLIENT-2,Another\n,Nobody\n');
  await cli(['entities', 'import', '--co', 'co.csv', '--cp', 'cp.csv', '--data', 'published']);
  await cp(join(root, 'published'), join(root, 'failed'), { recursive: true });
  await run('published', '10-20-2021');
  await run('failed', '10-20-2021', 0.99);
});
afterAll(() => rm(root, { recursive: true }));

/** A copy of the published folder, for a test that writes. */
async function ownData(): Promise<string> {
  const data = await mkdtemp(join(root, 'data-'));
  await cp(join(root, 'published'), data, { recursive: true });
  return data;
}

describe('lexdelta as-of', () => {
  it('prints one flat object a row with the 20 fields in order', async () => {
    const { exitCode, stdout } = await cli(['as-of', '10-20-2021', '--data', 'published']);

    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(exitCode).toBe(0);
    expect(rows.map((row) => row['A3.3'])).toEqual(['A-1', 'A-2']);
    expect(Object.keys(rows[0]!).join()).toBe(
      'A3.1,A3.2,A3.3,A3.4,A3.5,A3.6,A3.6.1,A3.7,A3.8,A3.9,A3.10,A3.11,A3.12,A3.12.1,A3.12.2,A3.12.3,A3.13,A3.14,A3.15,A3.16',
    );
    expect(rows[0]).toMatchObject({ 'A3.1': '2021-10-20', 'A3.2': 'BANK-1', 'A3.6': 'CLIENT-1', 'A3.6.1': null });
  });

  it('writes a file whole, in the place of an older one, and leaves nothing else', async () => {
    const folder = await mkdtemp(join(root, 'out-'));
    await writeFile(join(folder, 't.csv'), 'old');

    const args = ['as-of', '2021-10-20', '--data', join(root, 'published'), '--format', 'csv', '--output', 't.csv'];
    const result = await cli([...args, '--json'], { cwd: folder });

    expect(JSON.parse(result.stdout)).toMatchObject({ schema: 'lexdelta.as-of/1', rows: 2, format: 'csv' });
    expect(await readdir(folder)).toEqual(['t.csv']);
    expect((await readFile(join(folder, 't.csv'), 'utf8')).split('\r\n')).toHaveLength(4);
  });

  it('writes Parquet: one file with its date, or the parts of the day in a folder of hive partitions', async () => {
    const folder = await mkdtemp(join(root, 'out-'));
    const args = ['as-of', '10-20-2021', '--data', join(root, 'published'), '--format', 'parquet', '--json'];

    const one = await cli([...args, '--output', 'table.parquet'], { cwd: folder });
    const parts = await cli([...args, '--output', 'tables/'], { cwd: folder });
    const again = await cli([...args, '--output', 'tables'], { cwd: folder });

    const part = join(folder, 'tables', 'as_of=2021-10-20', 'attempt=1', 'shard-00000.parquet');
    const rows = await parquetRows(await readFile(part));
    expect([one.exitCode, parts.exitCode]).toEqual([0, 0]);
    expect(rows.map(({ a3_3 }) => a3_3)).toEqual(['A-1', 'A-2']);
    expect(await parquetRows(await readFile(join(folder, 'table.parquet')))).toEqual(
      rows.map((row) => ({ as_of: '2021-10-20', ...row })),
    );
    expect(JSON.parse(parts.stdout)).toMatchObject({ output: join(folder, 'tables', 'as_of=2021-10-20'), rows: 2 });
    expect(again).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('USAGE') });
    expect(await readdir(join(folder, 'tables'))).toEqual(['as_of=2021-10-20']);
  });

  it('leaves no file, nor a part of one, when it is stopped', async () => {
    const folder = await mkdtemp(join(root, 'out-'));
    const args = ['as-of', '10-20-2021', '--data', join(root, 'published'), '--output', 't.ndjson'];

    const result = await cli(args, { cwd: folder, stop: 'SIGINT' });

    expect(result.exitCode).toBe(130);
    expect(await readdir(folder)).toEqual([]);
  });

  it('exits 1 for a date without a table, names the last good one, and makes no file', async () => {
    const folder = await mkdtemp(join(root, 'out-'));
    const args = ['as-of', '10-21-2021', '--data', join(root, 'published')];

    const result = await cli([...args, '--output', 't.ndjson'], { cwd: folder });

    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain('[NO_TABLE_FOR_DATE]');
    expect(result.stderr).toContain('2021-10-20');
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a place where it may not write', async () => {
    const result = await cli(['as-of', '10-20-2021', '--data', 'published', '--output', 'none/t.csv']);

    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('[FILE_NOT_WRITABLE]');
    expect(result.stderr).toContain('none/t.csv cannot be written: ENOENT');
    expect(result.stderr).not.toContain('.partial');
  });

  it.each(['csv', 'flat', 'parquet'])('refuses --json where %s goes to stdout', async (format) => {
    const result = await cli(['as-of', '10-20-2021', '--data', 'published', '--format', format, '--json']);

    expect(JSON.parse(result.stdout)).toMatchObject({ code: 'USAGE', exit_code: 2 });
    expect(result.stdout).toContain(`Give --output for the ${format}`);
  });
});

describe('a name or date that is likely a mistake', () => {
  it('refuses a namespace that the run had not', async () => {
    const result = await cli(['rejected', '10-20-2021', '--namespace', 'nosuch', '--data', 'published']);

    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain('has no namespace "nosuch"; it has cct.');
  });

  it('refuses to ask for a namespace that nothing is known of', async () => {
    const result = await cli(['replay', '--namespace', 'nosuch', '--all', '--by', 'Ada', '--data', 'published']);

    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain('There is no namespace "nosuch"; known are mac, docman, pwm, cct.');
  });
});

describe('--data', () => {
  it.each([
    ['a file', 'co.csv'],
    ['a folder below a file', 'co.csv/data'],
  ])('refuses %s with a code, and leaves it as it is', async (_what, data) => {
    const imported = await cli(['entities', 'import', '--co', 'co.csv', '--data', data]);
    const listed = await cli(['runs', '--data', data]);

    expect(imported).toMatchObject({ exitCode: 2, stdout: '' });
    expect(imported.stderr).toContain('[FILE_NOT_READABLE]');
    expect(listed.stderr).toContain('[FILE_NOT_READABLE]');
  });
});

describe('lexdelta show', () => {
  it('leaves hints out with --quiet', async () => {
    const { stdout } = await cli(['show', '10-20-2021', '--data', 'failed', '--quiet']);

    expect(stdout).toContain('NOT PUBLISHED');
    expect(stdout).not.toContain('npx lexdelta');
  });

  it('prints the whole command that goes on, on one line where it is no screen', async () => {
    const { stdout } = await cli(['show', '10-20-2021', '--data', 'failed']);

    // The job has a share of its own, which only an input file can say.
    expect(stdout).toContain(
      '  mend, then  npx lexdelta run --business-date 2021-10-20 --attempt 2 --input … --lex … --data failed\n',
    );
    expect(stdout).toContain('--data failed --accept transform --by NAME --reason TEXT\n');
    expect(stdout).toContain('fill in     …: the input file of that run, and where Lex is');
  });

  it('does not ask for what the environment says', async () => {
    const { stdout } = await cli(['show', '10-20-2021', '--data', 'failed'], { env: { LEXDELTA_LEX: 'https://lex' } });

    expect(stdout).toContain('--attempt 2 --input … --data failed\n');
  });
});

describe('lexdelta rejected', () => {
  it.each(['published', 'failed'])(
    'tells the reasons of the %s day by rule, then id, field and value, harmlessly',
    async (data) => {
      const { exitCode, stdout } = await cli(['rejected', '10-20-2021', '--data', data]);

      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^1 document rejected/);
      expect(stdout).toMatch(/^A3\.6-unknown {2}1 document\./m);
      expect(stdout).toMatch(/^ +cct +cct-3 +A3\.6 +.*nobody.* +2021-10-20$/m);
      expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    },
  );

  it('counts by rule, and gives both as JSON', async () => {
    const byRule = await cli(['rejected', '10-20-2021', '--by-rule', '--data', 'failed']);
    const json = await cli(['rejected', 'agreements-2021-10-20', '--json', '--data', 'failed']);
    const other = await cli(['rejected', '10-20-2021', '--namespace', 'mac', '--json', '--data', 'failed']);

    expect(byRule.stdout).toMatch(/^ +A3\.6-unknown +A3\.6 +1 +1$/m);
    expect(byRule.stdout).toMatch(/^ +The Entity table does not know this entity/m);
    expect(byRule.stdout).toMatch(/^ +for example cct cct-3: .*nobody/m);
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: 'lexdelta.rejected/1',
      source: 'attempt',
      documents: 1,
      rules: [{ rule: 'A3.6-unknown', documents: 1, reasons: [{ lex_id: 'cct-3' }] }],
    });
    expect(JSON.parse(other.stdout)).toMatchObject({ code: 'USAGE', exit_code: 2 });
  });

  it('lists one rule alone, and refuses one that is not there or rejects no document', async () => {
    const of = (rule: string) => cli(['rejected', '10-20-2021', '--rule', rule, '--json', '--data', 'published']);

    const [found, none, unknown, typo, table] = await Promise.all(
      ['A3.6-unknown', 'A3.2-unknown', 'A3.6-nosuch', 'a3.6-UNKNOWN', 'TABLE-A3.3-duplicate'].map(of),
    );

    expect(JSON.parse(found!.stdout)).toMatchObject({ documents: 1, rules: [{ rule: 'A3.6-unknown', field: 'A3.6' }] });
    expect(JSON.parse(none!.stdout)).toMatchObject({ documents: 0, rules: [] });
    expect(JSON.parse(unknown!.stdout)).toMatchObject({ code: 'USAGE', exit_code: 2 });
    expect(JSON.parse(typo!.stdout).message).toContain('did you mean A3.6-unknown?');
    expect(JSON.parse(table!.stdout).message).toContain('rejects no document');
  });
});

describe('lexdelta findings', () => {
  it('tells those of a published table, and refuses other runs and rules', async () => {
    const of = (...args: readonly string[]) => cli(['findings', '10-20-2021', '--json', ...args]);

    const published = await of('--data', 'published');
    const failed = await of('--data', 'failed');
    const unknown = await of('--rule', 'A3.6-unknown', '--data', 'published');

    expect(JSON.parse(published.stdout)).toMatchObject({ schema: 'lexdelta.findings/1', run: 'agreements-2021-10-20' });
    expect(JSON.parse(failed.stdout)).toMatchObject({ code: 'NO_TABLE_FOR_DATE', exit_code: 1 });
    expect(JSON.parse(unknown.stdout)).toMatchObject({ code: 'USAGE', exit_code: 2 });
  });
});

describe('lexdelta runs and show', () => {
  it('lists runs, and shows one by name or date', async () => {
    const runs = await cli(['runs', '--data', 'published']);
    const shown = await cli(['show', '10-20-2021', '--data', 'published']);
    const json = await cli(['show', 'agreements-2021-10-20', '--data', 'failed', '--json']);

    expect(runs.stdout).toMatch(/^agreements-2021-10-20 +✔ succeeded .* 2$/m);
    expect(shown.stdout).toContain('✔ PUBLISHED  Table A-3 as of 2021-10-20: 2 rows');
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 'lexdelta.show/1', verdict: 'not_published' });
  });

  it('exits 1 for a run that is not there, 2 for what is no run, and makes no folder to look into', async () => {
    expect(await cli(['show', '10-19-2021', '--data', 'published'])).toMatchObject({ exitCode: 1 });
    expect(await cli(['show', 'yesterday', '--data', 'published'])).toMatchObject({ exitCode: 2 });
    expect(await cli(['runs', '--data', 'not-there'])).toMatchObject({ exitCode: 2 });
    expect(await readdir(root)).not.toContain('not-there');
  });
});

describe('lexdelta entities and laws', () => {
  it('imports nothing of files with a line that is refused, and names the line', async () => {
    const data = await ownData();
    const refused = await cli(['entities', 'import', '--co', 'co.csv', '--cp', 'bad.csv', '--data', data]);
    const json = await cli(['entities', 'import', '--cp', 'bad.csv', '--data', data, '--json']);
    const before = await cli(['entities', 'list', '--prefix', 'client-2', '--data', data]);
    const allowed = await cli(['entities', 'import', '--cp', 'bad.csv', '--allow-rejects', '--data', data]);
    const after = await cli(['entities', 'list', '--prefix', 'client-2', '--data', data]);

    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain('[IMPORT_REFUSED] A line cannot be imported.');
    expect(refused.stderr).toMatch(/bad\.csv line 3, CP\.2: Expected an identifier\./);
    expect(JSON.parse(json.stdout)).toMatchObject({ code: 'IMPORT_REFUSED', refused: [{ line: 3, column: 'CP.2' }] });
    expect(before.stdout).toBe('');
    expect(allowed.exitCode).toBe(0);
    expect(allowed.stdout).toMatch(/bad\.csv +1 +0 +0 +1$/m);
    expect(after.stdout).toContain('CLIENT-2');
  });

  it('lists who waits for enrichment, and the laws that are built in', async () => {
    const pending = await cli(['entities', 'pending', '--data', 'published', '--json']);
    const laws = await cli(['laws', 'list', '--prefix', 'New York', '--limit', '1', '--data', 'published', '--json']);

    expect(JSON.parse(pending.stdout)).toMatchObject({
      schema: 'lexdelta.entities-pending/1',
      items: [{ status: 'pending' }],
    });
    expect(JSON.parse(laws.stdout)).toMatchObject({ more: true, items: [{ law_key: 'new york' }] });
  });
});

describe('lexdelta replay and hashes rebuild', () => {
  it('has the next run transform again what was asked for, and nothing else', async () => {
    const data = await ownData();
    const dry = await cli([
      'replay',
      '--namespace',
      'cct',
      '--ids',
      'cct-2',
      '--by',
      'Ada',
      '--dry-run',
      '--data',
      data,
    ]);
    await cli(['replay', '--namespace', 'cct', '--ids', 'cct-1, cct-1', '--by', 'Ada', '--data', data]);
    const next = await run(data, '10-21-2021', 0.5, '--json', ...TOMORROW);

    expect(dry.stdout).toContain('1 document of cct would be transformed again');
    expect(JSON.parse(next.stdout)).toMatchObject({
      verdict: 'published',
      report: { query: [{ reprocessed: 1, unchanged: 1, standing: 1, planned: 1 }] },
    });
  });

  it('restores the hashes so that the next run finds nothing new, and keeps rejects standing', async () => {
    const data = await ownData();
    const rebuilt = await cli(['hashes', 'rebuild', '--data', data, '--json']);
    const next = await run(data, '10-21-2021', 0.5, '--json', ...TOMORROW);
    const again = await cli(['hashes', 'rebuild', '--data', data, '--json']);

    expect(JSON.parse(rebuilt.stdout)).toMatchObject({ documents: { cct: { good: 2, rejected: 1 } } });
    expect(JSON.parse(next.stdout)).toMatchObject({
      verdict: 'published',
      report: { query: [{ new: 0, changed: 0, touched: 2, standing: 1 }] },
    });
    expect(again.exitCode).toBe(0);
  });

  it('has nothing to restore before the first publication', async () => {
    const result = await cli(['hashes', 'rebuild', '--data', 'failed']);

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('[NO_TABLE_FOR_DATE]');
  });
});

describe('lexdelta run --accept', () => {
  it('publishes what a failed gate would hold back, and keeps who accepted it and why', async () => {
    const data = await mkdtemp(join(root, 'data-'));
    await cp(join(root, 'failed'), data, { recursive: true });

    const result = await run(data, '10-20-2021', 0.99, '--accept', 'transform', '--by', 'Ada', '--reason', 'known');
    const shown = await cli(['show', '10-20-2021', '--data', data]);

    expect(result.exitCode).toBe(0);
    expect(shown.stdout).toContain('transform 2/3 valid = 66.6 % (>= 99 %)  ! below, accepted');
    expect(shown.stdout).toContain('! accepted: transform, by Ada: known');
  });
});
