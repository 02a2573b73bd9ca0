/**
 * The heartbeat of a running execution: a small file that its process writes every few seconds, and that others look at
 * before they open LMDB, which a process stopped inside of a write would block.
 * `heartbeats/<execution>/<incarnation>.json`: a process that was superseded and wakes up writes its old file only.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { hasErrno } from '../../errors.ts';
import { checkKey } from '../object-key.ts';
import type { Guard } from './guard.ts';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { workerFile } from './worker-file.ts';

/** A process that gave no heartbeat for so long is taken for dead, whatever else is known of it. */
export const SILENT_AFTER_MS = 60_000;
const BEAT_EVERY_MS = 5_000;

/** What the thread's one shared number says. */
export const HEARTBEAT = { starting: 0, beating: 1, over: 2 } as const;

export interface Heartbeat extends ProcessIdentity {
  readonly execution: string;
  readonly incarnation: number;
  /** Milliseconds since 1970. */
  readonly time_ms: number;
}

/** Dead: its process has gone, or is silent. A stopped process is dead after its silence. */
export function isProcessDead(
  heartbeat: ProcessIdentity & { readonly time_ms: number },
  now: number = Date.now(),
): boolean {
  return isRunning(heartbeat) === false || now - heartbeat.time_ms > SILENT_AFTER_MS;
}

/** The last heartbeat of the execution's last incarnation, `null` when there is none. */
export function readHeartbeat(folder: string, execution: string): Heartbeat | null {
  const beats = incarnationsOf(folder, execution).sort((a, b) => b - a);
  for (const incarnation of beats) {
    const heartbeat = parseHeartbeat(heartbeatFile(folder, { execution, incarnation }));
    if (heartbeat !== null) return heartbeat;
  }
  return null;
}

/** The last heartbeats of all executions that have one, dead or alive, ascending by execution. */
export function listHeartbeats(folder: string): readonly Heartbeat[] {
  const executions = namesIn(join(folder, 'heartbeats')).sort();
  return executions.map((execution) => readHeartbeat(folder, execution)).filter((beat) => beat !== null);
}

/** Writes one heartbeat of this process. Readers see the old one or this one. */
export function writeHeartbeat(folder: string, guard: Guard): void {
  const { execution, incarnation } = guard;
  const heartbeat: Heartbeat = { execution, incarnation, ...ownIdentity(), time_ms: Date.now() };
  const file = heartbeatFile(folder, guard);
  const partial = `${file}.partial`;
  mkdirSync(join(folder, 'heartbeats', execution), { recursive: true });
  writeFileSync(partial, JSON.stringify(heartbeat));
  renameSync(partial, file);
}

/**
 * Beats every `everyMs` (default 5 s) until the function that it gives back is called, in a thread of its own: the main thread may be busy for
 * longer than a minute, and would be taken for dead. The first beat is written before this returns.
 */
export function startHeartbeat(folder: string, guard: Guard, everyMs: number = BEAT_EVERY_MS): () => Promise<void> {
  for (const incarnation of incarnationsOf(folder, guard.execution)) {
    if (incarnation < guard.incarnation) rmSync(heartbeatFile(folder, { ...guard, incarnation }), { force: true });
  }
  writeHeartbeat(folder, guard);
  const state = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(workerFile('./heartbeat-thread', import.meta.url), {
    workerData: { folder, guard, everyMs, state },
  });
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  thread.unref();
  thread.on('error', () => undefined); // Without a heartbeat others wait for the pid to go; that must not end the run.
  // Ended by a flag: `terminate` in the middle of a thread's start can take the whole process with it.
  return async () => {
    const before = Atomics.exchange(state, 0, HEARTBEAT.over);
    Atomics.notify(state, 0);
    if (before === HEARTBEAT.beating) {
      thread.ref(); // Or the process could end, with nothing else to do, before the thread has.
      await ended; // It may be writing right now.
    }
    rmSync(heartbeatFile(folder, guard), { force: true });
  };
}

function heartbeatFile(folder: string, { execution, incarnation }: Guard): string {
  return join(folder, 'heartbeats', checkKey(execution), `${incarnation}.json`);
}

function incarnationsOf(folder: string, execution: string): number[] {
  const names = namesIn(join(folder, 'heartbeats', checkKey(execution)));
  return names.filter((name) => /^\d+\.json$/.test(name)).map((name) => Number.parseInt(name, 10));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

/** `null` for a file that was removed meanwhile, or that is no heartbeat: power failed while it was written. */
function parseHeartbeat(file: string): Heartbeat | null {
  try {
    const heartbeat: Heartbeat = JSON.parse(readFileSync(file, 'utf8'));
    return Number.isInteger(heartbeat.pid) && Number.isFinite(heartbeat.time_ms) ? heartbeat : null;
  } catch {
    return null;
  }
}
