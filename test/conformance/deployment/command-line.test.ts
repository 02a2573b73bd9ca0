/** `lexdelta --aws` as a process of its own, on the deployed stack, with what it prints held to the same day on one machine. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeployedStack, deploySampleStack, LEX_TOKEN } from './deployed-stack.ts';
import { environmentWith } from './environment.ts';
import { SAMPLE_DAYS, sampleLookUps } from './sample-lex.ts';
import { invoke, scheduledTimeFor } from './sample-run.ts';

const DEPLOY_TIMEOUT_MS = 300_000;
const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'bin', 'lexdelta.js');
const TABLE_BYTES = 64 * 1024 * 1024;
const { date } = SAMPLE_DAYS[0];

interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let stack: DeployedStack;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lexdelta-'));
  stack = await deploySampleStack();
}, DEPLOY_TIMEOUT_MS);
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function lexdelta(...args: readonly string[]): Promise<Printed> {
  const env = { ...environmentWith(stack.settings), HOME: folder, LEXDELTA_LEX_TOKEN: LEX_TOKEN };
  const run = promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: folder, env, maxBuffer: TABLE_BYTES });
  const printed = await run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
  );
  return { exitCode: printed.code, stdout: printed.stdout, stderr: printed.stderr };
}
const onStack = (...args: readonly string[]) => lexdelta(...args, '--aws', stack.stackName);
const here = (...args: readonly string[]) => lexdelta(...args, '--data', 'data');

describe('lexdelta --aws, on the deployed stack', () => {
  it('runs a day, then prints its verdict again, and leaves nothing for the schedule to start', async () => {
    const first = await onStack('run', '--business-date', date);
    const again = await onStack('run', '--business-date', date);
    const scheduled = await invoke(stack, 'StartDailyAgreementJob', { scheduled_time: scheduledTimeFor(date) });

    expect({ exitCode: first.exitCode, stderr: first.stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringMatching(new RegExp(`agreements-${date} {2}attempt 1 {2}started `)),
    });
    expect(first.stdout).toContain(`✔ PUBLISHED  Table A-3 as of ${date}: 711 rows`);
    expect(again.stderr).toContain(`agreements-${date} had ended before. Nothing was done.`);
    expect(again).toMatchObject({ exitCode: 0, stdout: first.stdout });
    expect(scheduled).toMatchObject({ started: false, reason: 'exists' });
  });

  it('prints the table and the rejects of the same day on one machine, byte by byte', async () => {
    const entities = (['co', 'cp', 'aliases'] as const).flatMap((name) => [`--${name}`, sampleLookUps(name)]);
    await here('entities', 'import', ...entities);
    await here('laws', 'import', sampleLookUps('laws'));
    const local = await here('run', '--business-date', date, '--lex', stack.lex.url);
    expect(local.exitCode).toBe(0);

    for (const args of [
      ['as-of', date],
      ['as-of', date, '--format', 'csv'],
      ['rejected', date, '--by-rule'],
      ['rejected', `agreements-${date}`, '--json'],
      ['entities', 'pending', '--limit', '1000'],
      ['laws', 'list', '--prefix', 'new'],
    ]) {
      const [there, ours] = [await onStack(...args), await here(...args)];
      expect({ args, ...there }).toEqual({ args, ...ours });
      expect(there.stdout.length).toBeGreaterThan(50);
    }
  });

  it('lists and shows the run', async () => {
    const runs = await onStack('runs', '--json');
    const shown = await onStack('show', date);

    expect(JSON.parse(runs.stdout)).toMatchObject({
      total: 1,
      runs: [{ run: `agreements-${date}`, verdict: 'published' }],
    });
    expect(shown.stdout).toContain(`✔ PUBLISHED  Table A-3 as of ${date}: 711 rows`);
    expect(shown.stdout).toContain(`as-of ${date} --format csv --aws ${stack.stackName}\n`);
  });

  it('imports look-ups, and a second time changes nothing', async () => {
    const files = ['--co', sampleLookUps('co'), '--json'];

    const { stdout } = await onStack('entities', 'import', ...files);

    expect(JSON.parse(stdout)).toMatchObject({ files: [{ new: 0, changed: 0, refused: 0 }] });
  });

  it('tells a stack that is not there by a code, as bad input', async () => {
    const unknown = await lexdelta('runs', '--aws', 'nosuch');

    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unknown.stderr).toContain('[STACK_UNKNOWN] There is no stack nosuch');
  });
});
