import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeRuntime, publishedReport, runCli } from './support.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const LEX = ['--lex', 'http://127.0.0.1:1'];
const RUN = ['run', '--business-date', '10-20-2021', ...LEX];
const VALID = {
  max_parallel_executions: 2,
  query_batch_size: 1000,
  business_date: '10-20-2021',
  query_percentage_success: 0.9,
  docs_transformation_percentage_success: 0.9,
  namespaces: [{ namespace: 'mac', total_docs: 0, total_docs_queried: 0 }],
};
const ended = (change = {}) => ({ kind: 'ended', ran: true, report: publishedReport(change) }) as const;

describe('lexdelta run: bad input', () => {
  it.each([
    ['an unknown key', { ...VALID, extra: 1 }, ['/extra: found 1, expected no such key']],
    [
      'a missing key',
      { ...VALID, query_batch_size: undefined },
      ['/query_batch_size: found nothing, expected a value'],
    ],
    ['a wrong type', { ...VALID, query_batch_size: '1000' }, ['/query_batch_size: found "1000", expected an integer']],
    ['no day of the calendar', { ...VALID, business_date: '02-30-2021' }, ['/business_date: found "02-30-2021"']],
    [
      'shares outside 0 to 1',
      { ...VALID, query_percentage_success: 1.1, docs_transformation_percentage_success: -0.1 },
      ['/query_percentage_success: found 1.1', '/docs_transformation_percentage_success: found -0.1'],
    ],
    ['a batch of 0', { ...VALID, query_batch_size: 0 }, ['/query_batch_size: found 0']],
    ['a batch of 10,001', { ...VALID, query_batch_size: 10_001 }, ['/query_batch_size: found 10001']],
    ['0 parallel executions', { ...VALID, max_parallel_executions: 0 }, ['/max_parallel_executions: found 0']],
    ['41 parallel executions', { ...VALID, max_parallel_executions: 41 }, ['/max_parallel_executions: found 41']],
    ['no namespace', { ...VALID, namespaces: [] }, ['/namespaces: found []']],
    [
      'a namespace twice and an empty one',
      { ...VALID, namespaces: [{ namespace: 'mac' }, { namespace: 'mac' }, { namespace: '' }] },
      ['/namespaces/1/namespace: found "mac"', '/namespaces/2/namespace: found ""'],
    ],
    ['a list', [VALID], ['/: found [']],
  ])('refuses %s with exit code 2, a line a problem, and makes nothing', async (_what, input, lines) => {
    await writeFile(join(cwd, 'job.json'), JSON.stringify(input));

    const result = await runCli(['run', '--input', 'job.json', ...LEX], { cwd });

    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain('[INPUT_INVALID]');
    const told = result.stderr.split('\n').filter((line) => line.startsWith('  /'));
    expect(told).toHaveLength(lines.length);
    for (const line of lines) expect(told.join('\n')).toContain(line);
    expect(await readdir(cwd)).toEqual(['job.json']);
  });

  it('refuses what is no JSON, a file that is not there, and text that is not UTF-8', async () => {
    await writeFile(join(cwd, 'bytes.json'), Buffer.from([0xff, 0xfe, 0x7b]));

    const noJson = await runCli(['run', '--input', '-', ...LEX], { cwd, stdin: '{"a":' });
    const noFile = await runCli(['run', '--input', 'none.json', ...LEX], { cwd });
    const noText = await runCli(['run', '--input', 'bytes.json', ...LEX], { cwd });

    expect(noJson).toMatchObject({ exitCode: 2 });
    expect(noJson.stderr).toContain('/: found no JSON');
    expect(noFile).toMatchObject({ exitCode: 2 });
    expect(noFile.stderr).toContain('[FILE_NOT_READABLE]');
    expect(noText.stderr).toContain('[FILE_NOT_READABLE]');
  });

  it('gives all problems as JSON, with path, found and expected', async () => {
    const result = await runCli([...RUN, '--json', '--query-batch-size', 'many', '--accept', 'all', '--by', 'Ada'], {
      cwd,
    });

    expect(result).toMatchObject({ exitCode: 2, stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({
      schema: 'lexdelta.error/1',
      code: 'INPUT_INVALID',
      exit_code: 2,
      problems: [{ path: '--reason' }, { path: '/query_batch_size', found: '"many"' }],
    });
  });

  it('refuses two different days, and takes the same one in both forms', async () => {
    const stdin = JSON.stringify(VALID);
    const { services, seen } = fakeRuntime({ outcome: ended() });

    const other = await runCli(['run', '--input', '-', '--business-date', '10-21-2021', ...LEX], { cwd, stdin });
    const same = await runCli(['run', '--input', '-', '--business-date', '2021-10-20', ...LEX], {
      cwd,
      stdin,
      services,
    });

    expect(other.exitCode).toBe(2);
    expect(other.stderr.replaceAll(/\n +/g, ' ')).toContain('the day of --business-date 10-21-2021');
    expect(same.exitCode).toBe(0);
    expect(seen.request?.input.business_date).toBe('2021-10-20');
  });

  it.each([
    [['run', '--business-date', '10-20-2021'], '[USAGE] Nothing says where Lex is'],
    [['run', '--business-date', '10-20-2021', '--lex', 'no-such-folder'], '[LEX_FOLDER_INVALID]'],
    [['run', '--business-date', '10-20-2021', '--lex', 'ftp://lex'], '[INPUT_INVALID] The Lex URL'],
    [['run', '--business-date', '10-20-2021', '--lex', 'https://u:canary@lex'], '[INPUT_INVALID] The Lex URL'],
    [[...RUN, '--attempt', '0'], '--attempt: found "0"'],
    [[...RUN, '--by', 'Ada'], '--accept: found nothing'],
    [['run', ...LEX], '/business_date: found nothing'],
  ])('refuses %j before anything is made', async (args, text) => {
    const result = await runCli(args, { cwd });

    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(text);
    expect(result.stderr).not.toContain('canary');
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe('lexdelta run: namespaces', () => {
  it('refuses one that nothing is known of, naming the known ones, before anything is made', async () => {
    const result = await runCli([...RUN, '--namespaces', 'mac,loans'], { cwd });

    expect(result.exitCode).toBe(2);
    expect(result.stderr.replaceAll(/\s+/g, ' ')).toContain(
      '/namespaces/1/namespace: found "loans", expected one of mac, docman, pwm, cct',
    );
    expect(await readdir(cwd)).toEqual([]);
  });

  it('refuses a folder that lacks a file of one, and says how to run the others', async () => {
    await writeFile(join(cwd, 'cct.ndjson'), '');
    const { services, seen } = fakeRuntime({ outcome: ended() });
    const run = ['run', '--business-date', '10-20-2021', '--lex', '.'];

    const all = await runCli(run, { cwd });
    const one = await runCli([...run, '--namespaces', 'cct'], { cwd, services });

    expect(all.exitCode).toBe(2);
    expect(all.stderr.replaceAll(/\s+/g, ' ')).toContain('has no file for mac, docman, pwm;');
    expect(one.exitCode).toBe(0);
    expect(seen.request?.input.namespaces.map(({ namespace }) => namespace)).toEqual(['cct']);
  });
});

describe('lexdelta run: a date that has ended', () => {
  it('says that what is accepted had no effect, and prints the command that takes it into account', async () => {
    const { services } = fakeRuntime({ outcome: { ...ended(), ran: false } });
    const accept = ['--accept', 'removals', '--by', 'Ada', '--reason', 'really gone'];

    const result = await runCli([...RUN, ...accept], { cwd, services });

    expect(result.exitCode).toBe(0);
    expect(result.stderr).toContain('Accepted (removals) had no effect on it.');
    expect(result.stderr).toContain(
      `run --business-date 2021-10-20 --attempt 2 --lex http://127.0.0.1:1 --accept removals --by Ada --reason 'really gone'\n`,
    );
  });
});

describe('lexdelta run: bad configuration', () => {
  it.each([
    [{ rules: { 'A9.9-nothing': 'error' } }, 'A9.9-nothing'],
    [{ namespaceModules: { loans: './none.ts' } }, 'none.ts'],
  ])('refuses %j with exit code 2 before anything is made', async (settings, text) => {
    await writeFile(join(cwd, 'lexdelta.json'), JSON.stringify(settings));

    const result = await runCli(RUN, { cwd });

    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('[CONFIG_INVALID]');
    expect(result.stderr.replaceAll(/\n +/g, '')).toContain(text);
    expect(await readdir(cwd)).toEqual(['lexdelta.json']);
  });
});

describe('lexdelta run', () => {
  it('shows progress on stderr, the verdict on stdout, and succeeds', async () => {
    const events = [{ type: 'run', mode: 'new', run: 'agreements-2021-10-20', attempt: 1 }] as const;

    const result = await runCli(RUN, { cwd, ...fakeRuntime({ outcome: ended(), events }) });

    expect(result.exitCode).toBe(0);
    expect(result.stdout).toMatch(/^✔ PUBLISHED {2}Table A-3 as of 2021-10-20: 3,921,440 rows\n/);
    expect(result.stderr).toMatch(/^agreements-2021-10-20 {2}attempt 1 {2}started/);
  });

  it('hands over defaults, flags, attempt and overrides', async () => {
    const { services, seen } = fakeRuntime({ outcome: ended() });
    const flags = ['--attempt', '2', '--max-parallel-executions', '7', '--query-batch-size', '50'];
    const accept = ['--accept', 'query', 'removals', '--by', 'Ada', '--reason', 'known'];

    await runCli([...RUN, ...flags, ...accept], { cwd, services, env: { LEXDELTA_LEX_TOKEN: 't' } });

    expect(seen.config).toMatchObject({
      lex: 'http://127.0.0.1:1',
      lexToken: 't',
      dataFolder: join(cwd, 'lexdelta-data'),
    });
    expect(seen.request).toMatchObject({
      attempt: 2,
      input: {
        business_date: '2021-10-20',
        max_parallel_executions: 7,
        query_batch_size: 50,
        query_percentage_success: 0.9,
        namespaces: [{ namespace: 'mac' }, { namespace: 'docman' }, { namespace: 'pwm' }, { namespace: 'cct' }],
        overrides: [
          { accept: 'query', by: 'Ada', reason: 'known' },
          { accept: 'removals', by: 'Ada', reason: 'known' },
        ],
      },
    });
  });

  it.each([
    ['failed', 'QUERY_GATE_FAILED', 1, '✘ NOT PUBLISHED  The query gate failed.'],
    ['failed', 'JOB_ALREADY_RUNNING', 3, '✘ NOT PUBLISHED  Another run holds the lock.'],
    ['published_incomplete', 'HASHES_INCOMPLETE', 1, '! PUBLISHED, INCOMPLETE'],
    ['superseded', 'RUN_SUPERSEDED', 1, '✘ NOT PUBLISHED  Another run took over its lock.'],
  ] as const)('tells a run that ended as %s with %s by exit code %d', async (status, code, exitCode, words) => {
    const error = { name: 'PermanentError', code, message: `[${code}] It was so.` };

    const result = await runCli(RUN, { cwd, ...fakeRuntime({ outcome: ended({ status, error }) }) });

    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toContain(words);
  });

  it('exits 3 when another run holds the lock', async () => {
    const outcome = { kind: 'locked', owner: 'agreements-2021-10-19' } as const;

    const result = await runCli(RUN, { cwd, ...fakeRuntime({ outcome }) });

    expect(result).toMatchObject({ exitCode: 3, stdout: '' });
    expect(result.stderr).toContain('[JOB_ALREADY_RUNNING] The run agreements-2021-10-19 holds the lock.');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('says after %s that the run can go on, and exits %d', async (stop, exitCode) => {
    const outcome = { kind: 'stopped', run: 'agreements-2021-10-20', following: false } as const;

    const result = await runCli(RUN, { cwd, stop, ...fakeRuntime({ outcome }) });

    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain('agreements-2021-10-20 has stopped. The same command goes on with it.');
  });

  it('says that only following has ended where another process works on the run', async () => {
    const outcome = { kind: 'stopped', run: 'agreements-2021-10-20', following: true } as const;

    const result = await runCli(RUN, { cwd, stop: 'SIGINT', ...fakeRuntime({ outcome }) });

    expect(result.exitCode).toBe(130);
    expect(result.stderr).toContain('goes on; only following it has ended.');
    expect(result.stderr).not.toContain('has stopped');
  });

  it('says that nothing was done when the run had ended before', async () => {
    const outcome = { kind: 'ended', ran: false, report: publishedReport() } as const;

    const result = await runCli(RUN, { cwd, ...fakeRuntime({ outcome }) });

    expect(result.exitCode).toBe(0);
    expect(result.stderr).toBe('agreements-2021-10-20 had ended before. Nothing was done.\n');
  });

  it('prints one JSON document with the whole report', async () => {
    const result = await runCli([...RUN, '--json', '--quiet'], { cwd, ...fakeRuntime({ outcome: ended() }) });

    expect(JSON.parse(result.stdout)).toEqual({
      schema: 'lexdelta.run/1',
      outcome: 'ended',
      ran: true,
      verdict: 'published',
      exit_code: 0,
      report: publishedReport(),
    });
    expect(result.stderr).toBe('');
  });

  it('says with --dry-run of a date that has ended nothing but that', async () => {
    const preview = {
      run: 'agreements-2021-10-20',
      attempt: 1,
      action: 'nothing',
      base: 'published/m',
      owner: null,
    } as const;

    const result = await runCli([...RUN, '--dry-run', '--data', '.'], {
      cwd,
      ...fakeRuntime({ outcome: ended(), preview }),
    });

    expect(result.stdout).toBe('agreements-2021-10-20 (attempt 1) has ended, nothing would be done.\n');
  });

  it('says with --dry-run what would be done, and makes no data folder for it', async () => {
    const result = await runCli([...RUN, '--dry-run'], { cwd });

    expect(result).toMatchObject({
      exitCode: 0,
      stdout: 'agreements-2021-10-20 (attempt 1) would start. There is no earlier table.\n',
    });
    expect(await readdir(cwd)).toEqual([]);
  });
});
