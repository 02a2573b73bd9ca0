/** A worker thread that adds to one counter, a commit each. */
import { workerData } from 'node:worker_threads';
import { openEnvironment } from '../../../../src/stores/embedded/open-environment.ts';

const { folder, times }: { folder: string; times: number } = workerData;
const environment = openEnvironment({ folder });
const table = environment.table<number>('counters', 'json');
const addOne = () => environment.commit(() => table.put('n', (table.get('n') ?? 0) + 1));
await Promise.all(Array.from({ length: times }, addOne));
await environment.close();
