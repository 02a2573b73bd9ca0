/** The thread that {@link startHeartbeat} starts: writes a heartbeat until it is terminated. */
import { workerData } from 'node:worker_threads';
import type { Guard } from './guard.ts';
import { writeHeartbeat } from './heartbeat.ts';

const { folder, guard, everyMs }: { folder: string; guard: Guard; everyMs: number } = workerData;

setInterval(() => {
  try {
    writeHeartbeat(folder, guard);
  } catch {
    // The disk is full, or the folder has gone. The next beat may succeed; without any the process counts as dead.
  }
}, everyMs);
