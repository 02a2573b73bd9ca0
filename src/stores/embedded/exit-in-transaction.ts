/**
 * Ends a process whose threads still wait for LMDB's write lock.
 *
 * Such a thread waits inside of the operating system, where nothing can end it: `process.exit` would wait for it, perhaps
 * for ever, and the user would never get the exit code that says `STORE_BUSY`. So at exit, when there are such threads,
 * the process replaces itself by a shell that does nothing but end with the same code.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

const COUNTER = 'lexdelta.threads-that-wait';
const counter = sharedCounter();

/** Counts the calling thread as waiting until the function that it gives back is called. */
export function markWaitingForLock(): () => void {
  Atomics.add(counter, 0, 1);
  let isWaiting = true;
  return () => {
    if (isWaiting) Atomics.sub(counter, 0, 1);
    isWaiting = false;
  };
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
