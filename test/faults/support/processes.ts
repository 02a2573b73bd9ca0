/** Real processes: days by `run-day.ts`, commands by the command line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DayResult, RunDay } from '../run-day.ts';

export interface Ended {
  /** Exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when its standard error holds the text. */
  said(text: string): Promise<void>;
  /** Stops it (SIGSTOP), and waits until it stands still. */
  stop(): Promise<void>;
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Shell commands before the process takes the shell's place, such as `ulimit -f 1000`. */
  readonly shell?: string;
}

/** Where Node keeps compiled code by default, once a process asks for it: saves each process half a second. */
const COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');

const children = new Set<ChildProcess>();

/** Kills what is still running. For `afterEach`. */
export function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

export function startDay(day: RunDay, options: SpawnOptions = {}): Running {
  return start([fileURLToPath(new URL('../run-day.ts', import.meta.url)), JSON.stringify(day)], options);
}

/** Runs a day to its end, or until it dies. */
export async function runDay(
  day: RunDay,
  options: SpawnOptions = {},
): Promise<DayResult | { readonly kind: 'killed' }> {
  return dayResult(await startDay(day, options).ended);
}

/** @throws Error when it neither told its result nor was killed */
export function dayResult({ code, stdout, stderr }: Ended): DayResult | { readonly kind: 'killed' } {
  if (code === 'SIGKILL') return { kind: 'killed' };
  if (code === 0) return JSON.parse(stdout) as DayResult;
  throw new Error(`The day ended with ${code}: ${stdout}${stderr}`);
}

/** `lexdelta …`. */
export function startCommand(args: readonly string[], options: SpawnOptions = {}): Running {
  return start([fileURLToPath(new URL('../../../bin/lexdelta.js', import.meta.url)), ...args], options);
}

export function runCommand(args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return startCommand(args, options).ended;
}

function start(args: readonly string[], { env = {}, shell = '' }: SpawnOptions): Running {
  const command = [...(shell === '' ? [] : [shell]), 'exec "$0" "$@"'].join('; ');
  const child = spawn('/bin/sh', ['-c', command, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
  });
  children.add(child);
  const told = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    told.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    told.stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve({ code: code ?? signal ?? 1, ...told });
    });
  });
  return {
    pid: child.pid!,
    ended,
    signal: (signal) => child.kill(signal),
    said: (text) => until(() => told.stderr.includes(text)),
    async stop() {
      child.kill('SIGSTOP');
      await until(() => stateOf(child.pid!) === 'T');
    },
  };
}

/** Looks every few milliseconds until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The letter in `/proc/<pid>/stat`: `T` is stopped. */
function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}
