import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbeddedStores } from '../../../src/stores/embedded/open-stores.ts';
import { programs } from './child-process.ts';
import { temporaryFolders } from './temporary-folder.ts';

const { newFolder } = temporaryFolders();
const run = programs();

describe('LEXDELTA_CRASH_AT', () => {
  it.each([
    ['folder.rename:JobDailyDelta:before:1', [], []],
    ['folder.rename:JobDailyDelta:after:1', [], ['a']],
    ['folder.rename:JobDailyDelta:before:2', ['put a'], ['a']],
    ['lmdb.commit:governing-law-import:before:1', ['put a', 'put b'], ['a', 'b']],
    ['lmdb.commit:governing-law-import:after:1', ['put a', 'put b'], ['a', 'b', 'ny']],
  ])('kills the process at %s', async (place, acknowledged, kept) => {
    const folder = await newFolder();
    const writer = run('durable-writes', [folder], `LEXDELTA_CRASH_AT=${place}`);
    expect(await writer.ended).toBe('SIGKILL');
    expect(await restOf(writer)).toEqual(acknowledged);

    const stores = openEmbeddedStores({ folder });
    const objects = (await Array.fromAsync(stores.jobDailyDelta.list(''))).map(({ key }) => key);
    const laws = (await Array.fromAsync(stores.governingLaws.list())).map(({ law_key }) => law_key);
    expect([...objects, ...laws]).toEqual(kept);
    await stores.close();
  });
});

describe('LEXDELTA_CRASH_LOG', () => {
  it('names the place of every durable write, in order', async () => {
    const folder = await newFolder();
    const log = join(folder, 'places');
    expect(await run('durable-writes', [folder], `LEXDELTA_CRASH_LOG=${log}`).ended).toBe(0);
    expect((await readFile(log, 'utf8')).split('\n')).toEqual([
      'folder.rename:JobDailyDelta',
      'folder.rename:JobDailyDelta',
      'lmdb.commit:governing-law-import',
      '',
    ]);
  });
});

async function restOf(program: { nextLine(): Promise<string | null> }): Promise<readonly string[]> {
  const line = await program.nextLine();
  return line === null ? [] : [line, ...(await restOf(program))];
}
