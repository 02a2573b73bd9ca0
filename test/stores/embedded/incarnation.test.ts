import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  isProcessDead,
  listHeartbeats,
  readHeartbeat,
  SILENT_AFTER_MS,
} from '../../../src/stores/embedded/heartbeat.ts';
import { takeExecution } from '../../../src/stores/embedded/incarnation.ts';
import { ownIdentity } from '../../../src/stores/embedded/process-identity.ts';
import { programs } from './child-process.ts';
import { temporaryFolders } from './temporary-folder.ts';

const { newFolder, open } = temporaryFolders();
const run = programs();
const laterThanAnyHeartbeat = () => Date.now() + SILENT_AFTER_MS + 60_000;

describe('takeExecution', () => {
  it('gives an execution to one, and tells others who runs it', async () => {
    const folder = await newFolder();
    const taken = await takeExecution({ folder, execution: 'run' });
    expect(taken).toMatchObject({ guard: { execution: 'run', incarnation: 1 } });
    expect(await takeExecution({ folder, execution: 'run' })).toMatchObject({ runningBy: { pid: process.pid } });

    const other = await takeExecution({ folder, execution: 'other' });
    expect(other).toMatchObject({ guard: { incarnation: 1 } });
    expect(listHeartbeats(folder).map(({ execution }) => execution)).toEqual(['other', 'run']);

    if ('guard' in taken) await taken.release();
    const again = await takeExecution({ folder, execution: 'run' });
    expect(again).toMatchObject({ guard: { incarnation: 2 } });
    for (const held of [again, other]) if ('guard' in held) await held.release();
    expect(listHeartbeats(folder)).toEqual([]);
  });

  it('gives it to one of many processes that race for it', async () => {
    const folder = await newFolder();
    const racers = Array.from({ length: 4 }, () => run('take-execution', [folder]));
    for (const racer of racers) expect(await racer.nextLine()).toBe('ready');
    for (const racer of racers) racer.tell('go');
    const outcomes = await Promise.all(racers.map(async (racer) => JSON.parse((await racer.nextLine())!)));

    const winner = racers[outcomes.findIndex((outcome) => 'mine' in outcome)]!;
    expect(outcomes.filter((outcome) => 'mine' in outcome)).toHaveLength(1);
    for (const outcome of outcomes) if ('runningBy' in outcome) expect(outcome.runningBy.pid).toBe(winner.pid);
  });

  it('takes over at once from a process that was killed', async () => {
    const folder = await newFolder();
    const holder = run('take-execution', [folder]);
    await holder.nextLine();
    holder.tell('go');
    await holder.nextLine();
    expect(await takeExecution({ folder, execution: 'run' })).toMatchObject({ runningBy: { pid: holder.pid } });

    holder.signal('SIGKILL');
    await holder.ended;
    const taken = await takeExecution({ folder, execution: 'run' });
    expect(taken).toMatchObject({ guard: { incarnation: 2 } });
    if ('guard' in taken) await taken.release();
  });
});

describe('a process that is stopped inside of a write', () => {
  it('is named when the lock is stuck, ends no other process, and changes nothing more once superseded', async () => {
    const folder = await newFolder();
    const stopped = run('stop-inside-write', [folder]);
    expect(await stopped.nextLine()).toBe('inside');

    const busy = { code: 'STORE_BUSY', details: { pid: stopped.pid } };
    const environment = open({ folder, busyAfterMs: 200 });
    const table = environment.table<string>('t', 'json');
    await expect(environment.commit(() => table.put('mine', 'refused'))).rejects.toMatchObject(busy);
    expect(await takeExecution({ folder, execution: 'run' })).toMatchObject({ runningBy: { pid: stopped.pid } });
    const take = { folder, execution: 'run', now: laterThanAnyHeartbeat };
    await expect(takeExecution({ ...take, busyAfterMs: 200 })).rejects.toMatchObject(busy);
    const other = run('exit-when-busy', [folder]);
    expect(JSON.parse((await other.nextLine())!)).toMatchObject({ code: 'STORE_BUSY', pid: stopped.pid });
    expect(await other.ended).toBe(3);

    stopped.signal('SIGCONT');
    expect(await stopped.nextLine()).toBe('committed');
    const taken = await takeExecution(take);
    expect(taken).toMatchObject({ guard: { incarnation: 2 } });
    stopped.tell('go');
    expect(await stopped.nextLine()).toBe('RUN_SUPERSEDED');

    expect([...table.range()].map(({ key }) => key)).toEqual(['inside']);
    await environment.commit(() => table.put('mine', 'done'));
    if ('guard' in taken) await taken.release();
  });
});

describe('isProcessDead', () => {
  const now = 1_000_000_000;

  it('goes by the process, not by its number alone', () => {
    const alive = { ...ownIdentity(), time_ms: now };
    expect(isProcessDead(alive, now)).toBe(false);
    expect(isProcessDead({ ...alive, start_time: '1' }, now)).toBe(alive.start_time !== null);
    expect(isProcessDead({ ...alive, boot_id: 'another start of the machine' }, now)).toBe(true);
  });

  it('takes silence for death, and knows nothing else of processes in other containers', () => {
    const elsewhere = { ...ownIdentity(), pid: 1, start_time: '1', pid_space: 'pid:[1]', time_ms: now };
    expect(isProcessDead(elsewhere, now + SILENT_AFTER_MS)).toBe(false);
    expect(isProcessDead(elsewhere, now + SILENT_AFTER_MS + 1)).toBe(true);
    expect(isProcessDead({ ...ownIdentity(), time_ms: now }, now + SILENT_AFTER_MS + 1)).toBe(true);
  });
});

describe('readHeartbeat', () => {
  it('reads the last incarnation, and passes over a file that power failure left', async () => {
    const folder = await newFolder();
    expect(readHeartbeat(folder, 'run')).toBeNull();
    const beats = join(folder, 'heartbeats', 'run');
    await mkdir(beats, { recursive: true });
    const beat = (incarnation: number) => ({ execution: 'run', incarnation, ...ownIdentity(), time_ms: 5 });
    await writeFile(join(beats, '9.json'), JSON.stringify(beat(9)));
    await writeFile(join(beats, '10.json'), JSON.stringify(beat(10)));
    await writeFile(join(beats, '11.json'), '');
    expect(readHeartbeat(folder, 'run')).toEqual(beat(10));
    expect(await readdir(beats)).toHaveLength(3);
  });
});
