/**
 * Where the crash tests get hold of a process: every driver tells of every place that writes durably, right before and
 * right after it. Each place has a stable name, such as `folder.rename` or `lmdb.commit:agreement-hash`.
 *
 * - `LEXDELTA_CRASH_AT=<place>:<before|after>:<n>`: the process kills itself (SIGKILL) when that moment comes for the
 *   n-th time, counted over all of its threads.
 * - `LEXDELTA_CRASH_LOG=<file>`: appends the place's name, a line each, right before every write.
 *
 * Without these variables nothing happens.
 */
import { appendFileSync } from 'node:fs';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

type Moment = 'before' | 'after';

interface CrashPoint {
  readonly place: string;
  readonly moment: Moment;
  readonly count: number;
}

const COUNTER = 'lexdelta.crash-counter';
const crashPoint = parseCrashPoint(process.env['LEXDELTA_CRASH_AT']);
const logFile = process.env['LEXDELTA_CRASH_LOG'];
const counter = crashPoint === null ? null : sharedCounter();

export function beforeDurableWrite(place: string): void {
  if (logFile !== undefined) appendFileSync(logFile, `${place}\n`);
  dieIfDue(place, 'before');
}

export function afterDurableWrite(place: string): void {
  dieIfDue(place, 'after');
}

function dieIfDue(place: string, moment: Moment): void {
  if (crashPoint === null || counter === null) return;
  if (crashPoint.place !== place || crashPoint.moment !== moment) return;
  if (Atomics.add(counter, 0, 1) + 1 === crashPoint.count) process.kill(process.pid, 'SIGKILL');
}

/** A place may hold colons itself: the moment and the count are the last two parts. */
function parseCrashPoint(text: string | undefined): CrashPoint | null {
  const match = /^(.+):(before|after):(\d+)$/.exec(text ?? '');
  if (match === null) return null;
  return { place: match[1] ?? '', moment: match[2] === 'after' ? 'after' : 'before', count: Number(match[3]) };
}

/** One counter for the process: worker threads inherit the memory from the thread that starts them. */
function sharedCounter(): Int32Array {
  const inherited = getEnvironmentData(COUNTER);
  if (inherited instanceof SharedArrayBuffer) return new Int32Array(inherited);
  const memory = new SharedArrayBuffer(4);
  if (isMainThread) setEnvironmentData(COUNTER, memory as unknown as Parameters<typeof setEnvironmentData>[1]);
  return new Int32Array(memory);
}
