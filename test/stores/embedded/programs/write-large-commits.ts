/** A worker thread that writes 500 keys a commit, for ever. */
import { parentPort, workerData } from 'node:worker_threads';
import { openEnvironment } from '../../../../src/stores/embedded/open-environment.ts';

const environment = openEnvironment({ folder: workerData });
const table = environment.table<number>('large', 'json');
for (let commit = 0; ; commit += 1) {
  await environment.commit(() => {
    for (let i = 0; i < 500; i += 1) table.put(`${commit}-${i}`, i);
  });
  if (commit === 5) parentPort?.postMessage('writes');
}
