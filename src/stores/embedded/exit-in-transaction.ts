/**
 * Ends a process while threads of it are inside of an LMDB transaction, or wait for its lock. `process.exit` alone would
 * do harm in both cases:
 * - A thread that waits for the lock does so inside of the operating system, where nothing can end it. The process would
 *   wait with it, perhaps for ever, and the user would never see the exit code that says `STORE_BUSY`.
 * - A worker thread that is ended in the middle of a write has its half-written transaction committed by lmdb-js.
 *
 * So then, at exit, the process replaces itself by a shell that does nothing but end with the same code. All threads are
 * gone at that instant, and LMDB gives their lock to the next one that asks.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

const COUNTER = 'lexdelta.threads-in-transaction';
const counter = sharedCounter();

/** Counts the calling thread as in a transaction until the function that it gives back is called. */
export function markInTransaction(): () => void {
  Atomics.add(counter, 0, 1);
  return () => Atomics.sub(counter, 0, 1);
}

/** One counter for the process: worker threads inherit the memory from the thread that starts them. */
function sharedCounter(): Int32Array {
  const inherited = getEnvironmentData(COUNTER);
  if (inherited instanceof SharedArrayBuffer) return new Int32Array(inherited);
  const memory = new SharedArrayBuffer(4);
  if (isMainThread) {
    setEnvironmentData(COUNTER, memory as unknown as Parameters<typeof setEnvironmentData>[1]);
    // Before lmdb-js adds its own, when a file is first opened: that one closes its files, and waits for the lock to do so.
    process.on('exit', leaveAtOnce);
  }
  return new Int32Array(memory);
}

/** Handlers that were added later do not run. */
function leaveAtOnce(code: number): void {
  if (Atomics.load(counter, 0) === 0 || process.execve === undefined || process.platform === 'win32') return;
  process.execve('/bin/sh', ['sh', '-c', `exit ${code}`]);
}
