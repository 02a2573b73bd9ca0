/** The thread that {@link startHeartbeat} starts: writes a heartbeat until its flag says that it is over. */
import { workerData } from 'node:worker_threads';
import type { Guard } from './guard.ts';
import { HEARTBEAT, writeHeartbeat } from './heartbeat.ts';

const { folder, guard, everyMs, state } = workerData as {
  readonly folder: string;
  readonly guard: Guard;
  readonly everyMs: number;
  readonly state: Int32Array;
};

// Not begun yet, and told to end already: nothing to do. Otherwise whoever ends it waits from here on.
if (Atomics.compareExchange(state, 0, HEARTBEAT.starting, HEARTBEAT.beating) === HEARTBEAT.starting) {
  while (Atomics.wait(state, 0, HEARTBEAT.beating, everyMs) === 'timed-out') {
    try {
      writeHeartbeat(folder, guard);
    } catch {
      // The disk is full, or the folder has gone. The next beat may succeed; without any the process counts as dead.
    }
  }
}
