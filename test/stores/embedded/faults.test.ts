import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbeddedStores } from '../../../src/stores/embedded/open-stores.ts';
import { programs } from './child-process.ts';
import { temporaryFolders } from './temporary-folder.ts';

const { newFolder } = temporaryFolders();
const run = programs();

describe('a process that is killed while it writes', () => {
  it('loses nothing that was acknowledged and leaves nothing torn', async () => {
    const folder = await newFolder();
    let next = 0;
    for (const writes of [1, 7, 20, 33]) {
      const writer = run('write-until-killed', [folder, String(next)]);
      for (let i = 0; i < writes; i += 1) next = Number(await writer.nextLine()) + 1;
      writer.signal('SIGKILL');
      expect(await writer.ended).toBe('SIGKILL');
      for (let line = await writer.nextLine(); line !== null; line = await writer.nextLine()) next = Number(line) + 1;
      await checkStores(folder, next);
    }
  });
});

describe('two processes that put other bytes under one key', () => {
  it('are told apart: one has won, one is refused', async () => {
    const folder = await newFolder();
    const racers = ['one', 'two'].map((body) => run('put-once', [folder, body]));
    for (const racer of racers) await racer.nextLine();
    for (const racer of racers) racer.tell('go');
    const outcomes = await Promise.all(racers.map((racer) => racer.nextLine()));
    expect(outcomes.toSorted()).toEqual(['PUBLISHED_CONFLICT', 'won']);
  });
});

describe('a disk that is full', () => {
  it.each(['lmdb', 'delta', 'a3'])('refuses the write to %s, and keeps what was acknowledged', async (store) => {
    const folder = await newFolder();
    // A limit to the size of a file (blocks of 512 bytes), which every system has, stands for the end of the disk.
    const filler = run('fill-stores', [folder, store], 'ulimit -f 1500;');
    const { acknowledged, ...rest } = JSON.parse((await filler.nextLine())!);
    expect(acknowledged).toBeGreaterThan(3);
    expect(rest).toEqual({ code: 'STORE_FULL', readable: acknowledged, refused: 'absent' });
    expect(await filler.ended).toBe(0);
  });
});

describe('a folder that may not be written', () => {
  it('is refused with a clear error by every store', async () => {
    const folder = await newFolder();
    const stores = openEmbeddedStores({ folder });
    await stores.environment.commit(() => undefined);
    await stores.close();
    for (const name of ['JobDailyDelta', 'JobDailyA3Data'])
      await mkdir(join(folder, name, '.partial'), { recursive: true });

    await whileReadOnly(folder, async () => {
      expect(() => openEmbeddedStores({ folder })).toThrow('STORE_READ_ONLY');
    });
    const reopened = openEmbeddedStores({ folder });
    await whileReadOnly(folder, async () => {
      const readOnly = { code: 'STORE_READ_ONLY' };
      await expect(reopened.jobDailyDelta.put('k', Buffer.from('x'))).rejects.toMatchObject(readOnly);
      await expect(reopened.jobDailyA3Data.putOnce('k', Buffer.from('x'))).rejects.toMatchObject(readOnly);
    });
    await reopened.close();
  });
});

/**
 * Everything below `folder` becomes read only meanwhile. Permissions do not bind root, so root takes the attribute
 * `immutable` instead; where a file system has none, the test fails rather than passes unseen.
 */
async function whileReadOnly(folder: string, check: () => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  const change = (on: boolean) =>
    isRoot
      ? execFileSync('chattr', ['-R', on ? '+i' : '-i', folder])
      : execFileSync('chmod', ['-R', on ? 'a-w' : 'u+w', folder]);
  change(true);
  try {
    await check();
  } finally {
    change(false);
  }
}

async function checkStores(folder: string, acknowledged: number): Promise<void> {
  const stores = openEmbeddedStores({ folder });
  const [first, second] = ['first', 'second'].map((name) => [
    ...stores.environment.table<number>(name, 'json').range(),
  ]);
  expect(first).toEqual(second); // Written in one commit.
  const numbers = Array.from({ length: acknowledged }, (_, n) => String(n).padStart(6, '0'));
  expect(first!.map(({ key }) => key)).toEqual(expect.arrayContaining(numbers));
  const hashes = (await Array.fromAsync(stores.agreementHash.readRange('mac', null, null))).flat();
  expect(hashes.map(({ lex_id }) => lex_id)).toEqual(expect.arrayContaining(numbers));
  for (const text of numbers) {
    const body = Buffer.alloc(10_000, text);
    expect((await stores.jobDailyDelta.get(`pages/${text}`))?.equals(body)).toBe(true);
    expect((await stores.jobDailyA3Data.get(`parts/${text}`))?.equals(body)).toBe(true);
  }
  for await (const { size } of stores.jobDailyDelta.list('')) expect(size).toBe(10_000);
  for await (const { size } of stores.jobDailyA3Data.list('')) expect(size).toBe(10_000);
  await stores.close();
}
