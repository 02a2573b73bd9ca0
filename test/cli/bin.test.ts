/** The real program as a process of its own: few cases, because starting one takes time. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});
afterAll(() => rm(cwd, { recursive: true }));

function lexdelta(...args: readonly (string | { readonly stdio: StdioOptions })[]): ChildProcess {
  const env = { ...process.env, HOME: cwd, XDG_CONFIG_HOME: '', NO_COLOR: '1' };
  const words = args.filter((arg) => typeof arg === 'string');
  const { stdio } = args.find((arg) => typeof arg !== 'string') ?? { stdio: ['pipe', 'pipe', 'pipe'] };
  return spawn(process.execPath, [resolve('bin/lexdelta.js'), ...words], { cwd, env, stdio });
}

async function ended(child: ChildProcess, input = '') {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (data) => {
    stdout += data;
  });
  child.stderr!.on('data', (data) => {
    stderr += data;
  });
  child.stdin!.end(input);
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

describe('lexdelta as a process', () => {
  it('helps with 0, refuses usage with 2 on stderr, and bad input with 2 before anything is made', async () => {
    const [help, usage, input] = await Promise.all([
      ended(lexdelta('run', '--help')),
      ended(lexdelta('rnu')),
      ended(lexdelta('run', '--input', '-', '--lex', 'http://127.0.0.1:1', '--json'), '{"query_batch_size":0}'),
    ]);

    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('lexdelta run --business-date');
    expect(usage).toMatchObject({ code: 2, stdout: '' });
    expect(usage.stderr).toContain('Did you mean run?');
    expect(input).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(input.stdout).problems.map(({ path }: { path: string }) => path)).toContain('/query_batch_size');
    expect(await readdir(cwd)).toEqual([]);
  });

  it('says nothing when its reader goes away', async () => {
    const child = lexdelta('--help');
    child.stdout!.destroy();
    let stderr = '';
    child.stderr!.on('data', (data) => {
      stderr += data;
    });

    const [code] = await once(child, 'close');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('ends with a code and without a stack trace when its output has no room', async () => {
    const full = await open('/dev/full', 'w');
    const child = lexdelta('--help', { stdio: ['ignore', full.fd, 'pipe'] });
    let stderr = '';
    child.stderr!.on('data', (data) => {
      stderr += data;
    });

    const [code] = await once(child, 'close');
    await full.close();

    expect(code).toBe(1);
    expect(stderr).toMatch(/^✘ \[STORE_FULL\] There is no room for what goes to standard output\./);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('ends with its own code when nothing can be told on stderr', async () => {
    const full = await open('/dev/full', 'w');
    const child = lexdelta('show', { stdio: ['ignore', 'pipe', full.fd] });

    const [code] = await once(child, 'close');
    await full.close();

    expect(code).toBe(2);
  });

  it('serves a Lex until it is asked to end', async () => {
    const child = lexdelta('lex', 'serve', '--port', '0', '--json', '--quiet');
    const [line] = await once(child.stdout!, 'data');
    const { url } = JSON.parse(String(line)) as { readonly url: string };

    const answer = await fetch(`${url}/namespaces/mac/documents/count`);
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');

    expect(await answer.json()).toMatchObject({ namespace: 'mac', total_docs: 149 });
    expect(code).toBe(0);
  });
});
