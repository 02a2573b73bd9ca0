/** Ends with 7 while its worker threads are in the middle of large commits. */
import { Worker } from 'node:worker_threads';
import { openEnvironment } from '../../../../src/stores/embedded/open-environment.ts';

const folder = process.argv[2]!;
await openEnvironment({ folder }).commit(() => undefined);
const threads = [1, 2].map(
  () => new Worker(new URL('./write-large-commits.ts', import.meta.url), { workerData: folder }),
);
await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('message', resolve))));
process.exit(7);
