#!/usr/bin/env node
/**
 * Starts lexdelta on any Node from 18 on. lexdelta itself needs Node 22.18: where the running one is older, the `node`
 * package's binary takes over (a development dependency of the repository), if it is there.
 * Only syntax and modules of Node 18 in this folder.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MEMORY_ENVIRONMENT, MEMORY_FLAGS } from './memory-flags.js';

const NEEDED = [22, 18];
/** Set for the process that took over: when that one is too old as well, it does not hand over again. */
const HANDED_OVER = 'LEXDELTA_HANDED_OVER';
const here = dirname(fileURLToPath(import.meta.url));

if (isNewEnough(process.versions.node)) {
  if (!hasMemoryFlags()) startAgain();
  delete process.env[HANDED_OVER];
  await startHere();
} else {
  const binary = process.env[HANDED_OVER] === undefined ? findNodePackage() : null;
  if (binary === null) refuse();
  else handOver(binary);
}

/** The repository has the sources; the package ships them compiled, because Node strips no types below node_modules. */
async function startHere() {
  module.enableCompileCache?.();
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const compiled = new URL('../dist/cli/main.js', import.meta.url);
  const main = await import((existsSync(source) ? source : compiled).href);
  await main.start();
}

/** Whoever sets one of them, sets all. */
function hasMemoryFlags() {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').replaceAll('_', '-');
  return MEMORY_FLAGS.some((flag) => given.includes(flag.slice(0, flag.indexOf('='))));
}

/** Puts a process with the flags in the place of this one, of the same number; comes back where the system cannot. */
function startAgain() {
  const args = [process.execPath, ...process.execArgv, ...MEMORY_FLAGS, fileURLToPath(import.meta.url)];
  try {
    process.execve(process.execPath, [...args, ...process.argv.slice(2)], environment());
  } catch {
    // Not on this system: it works without them, in more memory.
  }
}

function environment() {
  return { ...MEMORY_ENVIRONMENT, ...process.env };
}

function refuse() {
  const needed = NEEDED.join('.');
  const what = `lexdelta needs Node ${needed} or newer; this is ${process.versions.node}.`;
  const repair = `Install Node ${needed} or newer, or run \`npm ci\` so that the \`node\` package is there.`;
  if (process.argv.includes('--json')) {
    const error = { schema: 'lexdelta.error/1', code: 'NODE_TOO_OLD', message: what, repair, exit_code: 2 };
    process.stdout.write(`${JSON.stringify(error)}\n`);
  } else {
    process.stderr.write(`[NODE_TOO_OLD] ${what} ${repair}\n`);
  }
  process.exitCode = 2;
}

/** @returns path of a binary that is new enough, in the `node_modules` of this folder or of one above; or `null` */
function findNodePackage() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = here; ; folder = dirname(folder)) {
    const home = join(folder, 'node_modules', 'node');
    const binary = join(home, 'bin', name);
    if (existsSync(binary) && isNewEnough(versionOf(home))) return binary;
    if (dirname(folder) === folder) return null;
  }
}

function versionOf(home) {
  try {
    return String(JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version);
  } catch {
    return '0.0.0';
  }
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

function handOver(binary) {
  const args = [...MEMORY_FLAGS, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(binary, args, { stdio: 'inherit', env: { ...environment(), [HANDED_OVER]: '1' } });
  const forward = (signal) => void child.kill(signal);
  // A terminal sends Ctrl+C to the whole process group, so the child has it already; without one it came for us alone.
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const handlers = {
    SIGINT: hasTerminal ? () => undefined : forward,
    SIGTERM: forward,
    SIGHUP: forward,
  };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  child.once('error', (error) => {
    process.stderr.write(`[NODE_TOO_OLD] ${binary} cannot be started: ${error.message}\n`);
    process.exit(2);
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    process.kill(process.pid, signal);
    // Where the signal does not end us (it is ignored here, or is only reported by the system), the shell's number does.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 1000);
  });
}
