/** `bin/lexdelta.js` with a main of its own, so that only the launcher is tested; started as if by an old Node. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = `
export async function start() {
  const [what] = process.argv.slice(2);
  if (what === 'version') process.stdout.write(process.versions.node);
  if (what === 'exit') process.exit(7);
  if (what === 'flags') process.stdout.write([process.pid, ...process.execArgv, process.env.MALLOC_ARENA_MAX].join(' '));
  if (what === 'die') process.kill(process.pid, 'SIGKILL');
  if (what === 'wait') {
    let signals = [];
    for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => signals.push(name));
    setInterval(() => signals.length > 0 && (console.log(signals.join()), process.exit(5)), 20);
    console.log('ready');
  }
}`;
const OLD_NODE = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.19.0'})";

let root: string;

/** `inner` is a project below `root`, which has the `node` package; `alone` has none anywhere above. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  for (const project of ['with-node/inner', 'alone']) {
    const folder = join(root, project);
    await mkdir(join(folder, 'bin'), { recursive: true });
    await mkdir(join(folder, 'dist', 'cli'), { recursive: true });
    for (const file of ['lexdelta.js', 'memory-flags.js']) await copyFile(join('bin', file), join(folder, 'bin', file));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'dist', 'cli', 'main.js'), MAIN);
  }
  const home = join(root, 'with-node', 'node_modules', 'node');
  await mkdir(join(home, 'bin'), { recursive: true });
  await writeFile(join(home, 'package.json'), '{"version":"24.0.0"}');
  await symlink(process.execPath, join(home, 'bin', 'node'));
});
afterAll(() => rm(root, { recursive: true }));

function launch(project: string, args: readonly string[], nodeFlags = ['--import', OLD_NODE]): ChildProcess {
  return spawn(process.execPath, [...nodeFlags, join(root, project, 'bin', 'lexdelta.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess) {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (data) => {
    stdout += data;
  });
  child.stderr!.on('data', (data) => {
    stderr += data;
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, stdout, stderr };
}

describe('bin/lexdelta.js', () => {
  it('hands over to the node package of a folder above when Node is too old, and passes the exit code on', async () => {
    const [version, exit] = await Promise.all([
      ended(launch('with-node/inner', ['version'])),
      ended(launch('with-node/inner', ['exit'])),
    ]);

    expect(version).toMatchObject({ code: 0, stdout: process.versions.node, stderr: '' });
    expect(exit).toMatchObject({ code: 7 });
  });

  it('says which Node is needed where there is none, as JSON if asked for', async () => {
    const [text, json] = await Promise.all([ended(launch('alone', ['version'])), ended(launch('alone', ['--json']))]);

    expect(text).toMatchObject({ code: 2, stdout: '' });
    expect(text.stderr).toMatch(/^\[NODE_TOO_OLD\] lexdelta needs Node 22\.18 or newer; this is 20\.19\.0\./);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 'lexdelta.error/1', code: 'NODE_TOO_OLD', exit_code: 2 });
  });

  it('needs nobody else when Node is new enough', async () => {
    expect(await ended(launch('alone', ['exit'], []))).toMatchObject({ code: 7 });
  });

  it('keeps the memory of the process small, as the same process, unless its user has said how', async () => {
    const itself = launch('alone', ['flags'], []);
    const [own, handedOver, given] = await Promise.all([
      ended(itself),
      ended(launch('with-node/inner', ['flags'])),
      ended(launch('alone', ['flags'], ['--max-semi-space-size=32'])),
    ]);

    expect(own.stdout).toBe(
      `${itself.pid} --max-semi-space-size=8 --heap-growing-percent=100 --initial-old-space-size=40 1`,
    );
    expect(handedOver.stdout).toMatch(
      /^\d+ --max-semi-space-size=8 --heap-growing-percent=100 --initial-old-space-size=40 1$/,
    );
    expect(given.stdout).toMatch(/^\d+ --max-semi-space-size=32 $/);
  });

  it('dies of the signal that its child died of', async () => {
    expect(await ended(launch('with-node/inner', ['die']))).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('passes %s on once, and waits for its child to end', async (signal) => {
    const child = launch('with-node/inner', ['wait']);
    const result = ended(child);
    await once(child.stdout!, 'data');

    child.kill(signal);

    expect(await result).toMatchObject({ code: 5, stdout: `ready\n${signal}\n` });
  });
});
