/** `lexdelta --aws`: the commands on a stack whose machines run for real, behind a fake of Step Functions' API. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import { JOB_DEFAULTS } from '../../src/job/job-defaults.ts';
import { failure } from '../fakes/fake-step-functions.ts';
import { type FakeStack, makeFakeStack } from './fake-stack.ts';
import { type CliOptions, type CliResult, runCli } from './support.ts';

let cwd: string;
let stack: FakeStack;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  stack = await makeFakeStack('ours', {
    ...JOB_DEFAULTS,
    namespaces: ['cct'],
    docs_transformation_percentage_success: 0.5,
  });
  await writeFile(join(stack.lex, 'cct.ndjson'), LINES);
  await writeFile(join(cwd, 'co.csv'), 'CO.2,CO.4\nBANK-1,The Bank\n');
  await writeFile(join(cwd, 'cp.csv'), 'CP.2,CP.4\nCLIENT-1,A Client\n');
  await aws('entities', 'import', '--co', 'co.csv', '--cp', 'cp.csv');
});
afterEach(async () => {
  await stack.remove();
  await rm(cwd, { recursive: true });
});

function document(number: number, change: object = {}): object {
  const agreement = { id: `A-${number}`, nm: 'Master Netting Agreement', dt: 20100125, lw: 'New York' };
  const parties = { le: 'BANK-1', cp: ['CLIENT-1'], ce: { re: null, cp: null } };
  return { k: `cct-${number}`, v: 1, ...parties, ag: agreement, xd: [], ch: [], ts: 1, ...change };
}
const DOCUMENTS = [document(1), document(2), document(3, { cp: ['nobody'] })];
const LINES = DOCUMENTS.map((one) => `${JSON.stringify(one)}\n`).join('');

function aws(...args: readonly string[]): Promise<CliResult> {
  return awsWith({}, ...args);
}
function awsWith(options: CliOptions, ...args: readonly string[]): Promise<CliResult> {
  return runCli([...args, '--aws', 'ours'], { cwd, services: stack.services, ...options });
}
const run = (...flags: readonly string[]) => aws('run', '--business-date', '10-20-2021', ...flags);

describe('lexdelta --aws run', () => {
  it('starts the execution with the text that the schedule sends, follows it, and prints its verdict', async () => {
    const { exitCode, stdout, stderr } = await run();

    expect(stderr).toMatch(/^agreements-2021-10-20 {2}attempt 1 {2}started/);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('✔ PUBLISHED  Table A-3 as of 2021-10-20: 2 rows');
    expect(stdout).toContain('  table       npx lexdelta as-of 2021-10-20 --format csv --aws ours\n');
    expect(stack.stepFunctions.inputs.get('agreements-2021-10-20')).toMatch(
      /^\{"max_parallel_executions":2,"query_batch_size":1000,"business_date":"2021-10-20",.*"overrides":\[\]\}$/,
    );
    expect(await readdir(cwd)).toEqual(['co.csv', 'cp.csv']);
  });

  it('has the input of the stack’s own schedule where none is given', async () => {
    const { stdout } = await run('--json');

    expect(JSON.parse(stdout)).toMatchObject({
      report: { query: [{ namespace: 'cct' }], transformation_gate: { threshold: 0.5 } },
    });
  });

  it('prints the verdict of a date that has succeeded, and starts nothing', async () => {
    await run();
    stack.stepFunctions.calls.length = 0;

    const again = await run();

    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain('agreements-2021-10-20 had ended before. Nothing was done.');
    expect(again.stdout).toContain('✔ PUBLISHED');
    expect(stack.stepFunctions.calls).not.toContain('StartExecution');
  });

  it('begins the next attempt after a failed one', async () => {
    await writeFile(join(cwd, 'strict.json'), JSON.stringify({ ...STRICT, business_date: '2021-10-20' }));
    const failed = await aws('run', '--input', 'strict.json');

    const mended = await run('--json');

    expect(failed.exitCode).toBe(1);
    expect(failed.stdout).toContain('✘ NOT PUBLISHED  The transformation gate failed.');
    expect(failed.stdout).toContain('run --business-date 2021-10-20 --attempt 2 --input strict.json --aws ours\n');
    expect(JSON.parse(mended.stdout)).toMatchObject({ verdict: 'published', report: { attempt: 2 } });
  });

  it('refuses an earlier date, a later attempt and a Lex of one’s own, and starts nothing', async () => {
    await run();
    stack.stepFunctions.calls.length = 0;

    const earlier = await aws('run', '--business-date', '10-19-2021');
    const later = await run('--attempt', '3');
    const lex = await run('--lex', 'https://lex');

    expect(earlier.exitCode).toBe(2);
    expect(earlier.stderr).toContain('[DATE_OUT_OF_ORDER]');
    expect(earlier.stderr).toContain('above all its year');
    expect(later.stderr).toContain('[RUN_UNKNOWN] Attempt 3');
    expect(lex).toMatchObject({ exitCode: 2 });
    expect(lex.stderr).toContain('[USAGE] The stack ours reads a Lex of its own');
    expect(stack.stepFunctions.calls).not.toContain('StartExecution');
  });

  it('refuses a date that has not begun, and starts nothing', async () => {
    const refused = await aws('run', '--business-date', '10-20-2022');

    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('[DATE_NOT_BEGUN] 2022-10-20 has not begun');
    expect(stack.stepFunctions.calls).not.toContain('StartExecution');
  });

  it('exits 3 while the run of another date works, and names it', async () => {
    const { release } = await holdRun('agreements-2021-10-19', '2021-10-19');

    const locked = await run();
    const preview = await run('--dry-run');
    release();

    expect(locked).toMatchObject({ exitCode: 3, stdout: '' });
    expect(locked.stderr).toContain('[JOB_ALREADY_RUNNING] The run agreements-2021-10-19 holds the lock.');
    expect(preview.stdout.replaceAll('\n', ' ')).toContain('agreements-2021-10-19 holds the lock and works');
    expect(stack.stepFunctions.inputs.has('agreements-2021-10-20')).toBe(false);
  });

  it('follows a run that works already, whoever started it, and exits with its code', async () => {
    const { release } = await holdRun('agreements-2021-10-20', '2021-10-20');
    const shown = await aws('runs');
    stack.stepFunctions.onCall = (call) => {
      if (call === 'GetExecutionHistory') release();
    };

    const followed = await run();

    expect(shown.stdout).toMatch(/^agreements-2021-10-20 +… running/m);
    expect(followed.stderr).toContain('agreements-2021-10-20  attempt 1  runs already, followed since');
    expect(followed.exitCode).toBe(0);
    expect(followed.stdout).toContain('✔ PUBLISHED');
  });

  it('says that a run goes on which it may not watch, with the words of AWS', async () => {
    const words = 'User: arn:aws:sts::1:assumed-role/reader is not authorized to perform: states:GetExecutionHistory';
    stack.stepFunctions.onCall = (call) => {
      if (call === 'GetExecutionHistory') throw failure('AccessDeniedException', words);
    };

    const { exitCode, stderr } = await run();

    expect(exitCode).toBe(1);
    const told = stderr.replaceAll(/\s+/g, ' ');
    expect(told).toContain('[STORE_ACCESS_DENIED] agreements-2021-10-20 goes on, but cannot be watched:');
    expect(told).toContain(words);
  });

  it('has started nothing when it is stopped before', async () => {
    const { exitCode, stderr } = await awsWith({ stop: 'SIGINT' }, 'run', '--business-date', '10-20-2021');

    expect(exitCode).toBe(130);
    expect(stderr).toContain('agreements-2021-10-20 was not started.');
    expect(stack.stepFunctions.inputs.size).toBe(0);
  });
});

describe('a run on AWS that an operator has stopped', () => {
  it('is shown as what it is, although its row says that it runs, and the next attempt takes over', async () => {
    const { release } = await holdRun('agreements-2021-10-20', '2021-10-20');
    await stack.stepFunctions.abort('agreements-2021-10-20', { error: 'Ada', cause: 'Lex is being mended' });

    const runs = await aws('runs');
    const shown = await aws('show', '10-20-2021');
    release();
    await stack.stepFunctions.settle();
    const next = await run('--json');
    const after = await aws('runs');

    expect(runs.stdout).toMatch(/^agreements-2021-10-20 +✘ aborted/m);
    expect(shown.stdout).toContain('✘ NOT PUBLISHED  The run was ended from outside.');
    expect(shown.stdout).toContain('why         Lex is being mended');
    expect(JSON.parse(next.stdout)).toMatchObject({ verdict: 'published', report: { attempt: 2 } });
    expect(after.stdout).toMatch(/^agreements-2021-10-20 +✘ aborted/m);
    expect(await stack.stores.jobStats.getRun('2021-10-20', 'agreements-2021-10-20')).toMatchObject({
      status: 'aborted',
    });
  });
});

describe('an execution that failed before it had a row', () => {
  it('is shown with its error and cause, and the next attempt begins', async () => {
    await stack.stepFunctions.remember('agreements-2021-10-20', 'FAILED');

    const shown = await aws('show', 'agreements-2021-10-20');
    const preview = await run('--dry-run');

    expect(shown).toMatchObject({ exitCode: 0 });
    expect(shown.stdout).toContain('✘ NOT PUBLISHED  The run failed. There is no earlier table.');
    expect(shown.stdout).toContain('why         It broke.');
    expect(preview.stdout).toContain('agreements-2021-10-20-attempt-2 (attempt 2) would start.');
  });
});

describe('lexdelta --aws', () => {
  it('reads the same as on one machine, byte by byte', async () => {
    const local = (...args: readonly string[]) => runCli([...args, '--data', 'd'], { cwd, services: LOCAL_SERVICES });
    await local('entities', 'import', '--co', 'co.csv', '--cp', 'cp.csv');
    await writeFile(join(cwd, 'job.json'), JSON.stringify({ ...LENIENT, business_date: '2021-10-20' }));
    await local('run', '--input', 'job.json', '--lex', stack.lex);
    await run();

    for (const args of [
      ['as-of', '10-20-2021'],
      ['as-of', '10-20-2021', '--format', 'csv'],
      ['rejected', '10-20-2021'],
      ['rejected', '10-20-2021', '--by-rule', '--json'],
      ['entities', 'list', '--json'],
      ['entities', 'pending'],
      ['laws', 'list', '--prefix', 'new'],
    ]) {
      const [there, here] = [await aws(...args), await local(...args)];
      const told = { ...there, stderr: there.stderr.replace(' --aws ours', ' --data d') };
      expect({ args, ...told }).toEqual({ args, ...here });
      expect(there.stdout).not.toBe('');
    }
  });

  it('verifies a day of the stack, and writes its pointer again when it is gone', async () => {
    await run();
    const pointer = 'as_of/2021-10-20.json';
    const { jobDailyA3Data: a3 } = stack.stores;
    const was = await a3.get(pointer);
    await a3.remove([pointer]);

    const found = await aws('verify', '10-20-2021');
    expect([found.exitCode, found.stdout.replaceAll(/\s+/g, ' ')]).toEqual([
      1,
      expect.stringContaining(`✘ ${pointer}: is missing, though published/as_of=2021-10-20/attempt=1/manifest.json`),
    ]);
    expect(await aws('pointers', 'rebuild', '--json')).toMatchObject({ exitCode: 0 });
    expect(await a3.get(pointer)).toEqual(was);
    expect((await aws('verify', '10-20-2021')).exitCode).toBe(0);
  });

  it('asks the next run to transform documents again, of namespaces that the stack has', async () => {
    const unknown = await aws('replay', '--namespace', 'mac', '--all', '--by', 'Ada');
    await run();
    const asked = await aws('replay', '--namespace', 'cct', '--ids', 'cct-1', '--by', 'Ada');
    const accepted = ['--accept', 'date', '--by', 'Ada', '--reason', 'a rehearsal'];
    const next = await aws('run', '--business-date', '10-21-2021', '--json', ...accepted);

    expect(unknown).toMatchObject({ exitCode: 2 });
    expect(unknown.stderr).toContain('There is no namespace "mac"; known are cct.');
    expect(asked.stdout).toContain('Request 1: 1 document of cct will be transformed again');
    expect(JSON.parse(next.stdout)).toMatchObject({ report: { query: [{ reprocessed: 1 }] } });
  });

  it('comes from the environment or a file too, and a folder by flag goes before it', async () => {
    await writeFile(join(cwd, 'lexdelta.json'), JSON.stringify({ aws: 'ours' }));
    const options = { cwd, services: { ...LOCAL_SERVICES, ...stack.services } };

    const fromFile = await runCli(['runs'], options);
    const fromEnvironment = await runCli(['runs', '--json'], { ...options, env: { LEXDELTA_AWS_STACK: 'ours' } });
    const folder = await runCli(['runs', '--data', 'd'], { cwd, services: LOCAL_SERVICES });

    expect(fromFile).toMatchObject({ exitCode: 0, stdout: '' });
    expect(JSON.parse(fromEnvironment.stdout)).toMatchObject({ total: 0 });
    expect(folder.stderr).toContain('[FILE_NOT_READABLE]');
  });

  it.each([
    [['runs', '--aws', 'ours', '--data', 'd'], 'A data folder and a stack on AWS are both named'],
    [['runs', '--aws', 'our stack'], '"our stack" is no name of a stack.'],
    [['runs', '--region', 'eu-west-1'], '--region has no meaning without a stack'],
    [['demo', '--aws', 'ours'], '`demo` works on this machine alone'],
    [['lex', 'serve', '--aws', 'ours'], '`lex serve` works on this machine alone'],
    [['hashes', 'rebuild', '--aws', 'ours'], '`hashes rebuild` works on a data folder of this machine'],
  ])('refuses %j, and asks nobody', async (args, text) => {
    const before = stack.opened;
    const { exitCode, stdout, stderr } = await runCli(args, { cwd, services: stack.services });

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.replaceAll(/\n +/g, ' ')).toContain(text);
    expect(stack.opened).toBe(before);
  });
});

const LENIENT = {
  max_parallel_executions: 2,
  query_batch_size: 1000,
  query_percentage_success: 0.9,
  docs_transformation_percentage_success: 0.5,
  namespaces: [{ namespace: 'cct' }],
};
const STRICT = { ...LENIENT, docs_transformation_percentage_success: 0.99 };

/** A run that somebody else started, and that stands still in its first query until it is released. */
async function holdRun(name: string, date: string): Promise<{ readonly release: () => void }> {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  stack.onInvoke = async (_function, payload) => {
    if ((payload as { readonly namespace?: string }).namespace !== 'cct') return;
    begin();
    await held;
  };
  const { parseJobInput } = await import('../../src/job/job-input.ts');
  stack.stepFunctions.start(name, JSON.parse(JSON.stringify(parseJobInput({ ...LENIENT, business_date: date }))));
  await begun;
  return { release };
}
