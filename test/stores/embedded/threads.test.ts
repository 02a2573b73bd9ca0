import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { readHeartbeat, startHeartbeat } from '../../../src/stores/embedded/heartbeat.ts';
import { programs } from './child-process.ts';
import { temporaryFolders } from './temporary-folder.ts';

const { newFolder, open } = temporaryFolders();
const run = programs();

describe('worker threads', () => {
  it('write beside each other and the main thread without losing a commit', async () => {
    const folder = await newFolder();
    const environment = open({ folder });
    const table = environment.table<number>('counters', 'json');
    const program = new URL('./programs/count-in-thread.ts', import.meta.url);
    const threads = [1, 2, 3].map(() => new Worker(program, { workerData: { folder, times: 200 } }));
    const ended = Promise.all(threads.map((thread) => once(thread, 'exit')));
    for (let i = 0; i < 50; i += 1) {
      await environment.commit(() => table.put('n', (table.get('n') ?? 0) + 1));
    }
    await ended;
    expect(table.get('n')).toBe(650);
  });

  it('leave nothing half-written when the process exits in the middle', async () => {
    const folder = await newFolder();
    for (let i = 0; i < 3; i += 1) expect(await run('exit-while-threads-write', [folder]).ended).toBe(7);
    const keys = [...open({ folder }).table<number>('large', 'json').range()].length;
    expect(keys).toBeGreaterThan(0);
    expect(keys % 500).toBe(0);
  });
});

describe('startHeartbeat', () => {
  it('goes on while the main thread is busy, and leaves no file when it ends', async () => {
    const folder = await newFolder();
    const guard = { execution: 'run', incarnation: 3 };
    const stop = startHeartbeat(folder, guard, 5);
    const file = join(folder, 'heartbeats', 'run', '3.json');
    const first = readFileSync(file, 'utf8');

    const deadline = performance.now() + 10_000; // Nothing is awaited: the main thread does not come to rest.
    while (readFileSync(file, 'utf8') === first && performance.now() < deadline);

    expect(readFileSync(file, 'utf8')).not.toBe(first);
    expect(readHeartbeat(folder, 'run')).toMatchObject({ execution: 'run', incarnation: 3, pid: process.pid });
    await stop();
    expect(readHeartbeat(folder, 'run')).toBeNull();
  });

  it('survives that its folder goes away', async () => {
    const folder = await newFolder();
    const stop = startHeartbeat(folder, { execution: 'run', incarnation: 1 }, 5);
    rmSync(join(folder, 'heartbeats'), { recursive: true });
    const deadline = performance.now() + 10_000;
    while (readHeartbeat(folder, 'run') === null && performance.now() < deadline);
    expect(readHeartbeat(folder, 'run')).not.toBeNull();
    await stop();
  });
});
