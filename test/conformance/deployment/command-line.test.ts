/** `lexdelta --aws` as a process of its own, on the deployed stack, with what it prints held to the same day on one machine. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Right, Statement } from '../rights/deployed-rights.ts';
import { Roles } from '../rights/roles.ts';
import { type DeployedStack, deploySampleStack, LEX_TOKEN } from './deployed-stack.ts';
import { environmentWith } from './environment.ts';
import { SAMPLE_DAYS, sampleLookUps } from './sample-lex.ts';
import { invoke, scheduledTimeFor } from './sample-run.ts';

const DEPLOY_TIMEOUT_MS = 300_000;
const ROOT = join(import.meta.dirname, '..', '..', '..');
const PROGRAM = join(ROOT, 'bin', 'lexdelta.js');
const OPERATORS = join(ROOT, 'infra', 'operators');
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

const lexdelta = (...args: readonly string[]) => lexdeltaAs({}, ...args);
/** @param settings whose rights the stack is asked with */
async function lexdeltaAs(settings: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Printed> {
  const own = { HOME: folder, LEXDELTA_LEX_TOKEN: LEX_TOKEN };
  const env = { ...environmentWith(stack.settings), ...own, ...settings };
  const run = promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: folder, env, maxBuffer: TABLE_BYTES });
  const printed = await run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
  );
  return { exitCode: printed.code, stdout: printed.stdout, stderr: printed.stderr };
}
type Policy = 'read' | 'run' | 'import';

/** Of a policy in `infra/operators`, with this stack's names in it. */
function rightsOf(policy: Policy): readonly Right[] {
  const names = { ...stack.outputs, Stack: stack.stackName, Region: stack.region, Account: stack.account };
  const text = readFileSync(join(OPERATORS, `${policy}.json`), 'utf8').replaceAll(
    /\$\{(\w+)\}/g,
    (_, name: keyof typeof names) => names[name],
  );
  const { Statement } = JSON.parse(text) as { readonly Statement: readonly Statement[] };
  return Statement.flatMap(({ Action, Resource, Condition = null }) =>
    [Action]
      .flat()
      .flatMap((action) => [Resource].flat().map((resource) => ({ action, resource, condition: Condition }))),
  );
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

  it('needs no more than the policies in infra/operators, each for what it is there for', async () => {
    const roles = new Roles(stack, stack.account);
    const as = async (...policies: readonly Policy[]) => {
      const { credentials } = await roles.with('an operator', policies.flatMap(rightsOf));
      const { accessKeyId, secretAccessKey, sessionToken } = credentials;
      const settings = {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken ?? '',
      };
      return (...args: readonly string[]) => lexdeltaAs(settings, ...args, '--aws', stack.stackName);
    };
    const reader = await as('read');
    const next = SAMPLE_DAYS[1];
    stack.lex.show(next);

    for (const args of [
      ['runs'],
      ['show', date],
      ['rejected', date],
      ['as-of', date],
      ['entities', 'list'],
      ['laws', 'list'],
    ]) {
      expect({ args, ...(await reader(...args)) }).toMatchObject({ args, exitCode: 0 });
    }
    const refused = await reader('run', '--business-date', next.date);
    const started = await (await as('read', 'run'))('run', '--business-date', next.date);
    const importer = await as('read', 'import');
    const imported = await importer('entities', 'import', '--cp', sampleLookUps('cp'));
    const replayed = await importer('replay', '--namespace', 'mac', '--all', '--by', 'Ada');

    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(/\[STORE_ACCESS_DENIED\][\s\S]*StartExecution/);
    expect(started).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('715 rows') });
    expect([imported, replayed]).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
  });

  it('tells a stack that is not there by a code, as bad input', async () => {
    const unknown = await lexdelta('runs', '--aws', 'nosuch');

    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unknown.stderr).toContain('[STACK_UNKNOWN] There is no stack nosuch');
  });
});
