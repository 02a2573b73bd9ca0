import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLocalData } from '../../src/runtime/local-data.ts';
import { temporaryFolders } from '../stores/embedded/temporary-folder.ts';

const { newFolder } = temporaryFolders();

describe('a data folder that is not there', () => {
  it.each(['read', 'write'] as const)('is refused, and not made, to %s in', async (access) => {
    const folder = await newFolder();
    await expect(openLocalData(join(folder, 'mistyped'), access)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is made by an import, and written to from then on', async () => {
    const folder = join(await newFolder(), 'data');
    await (await openLocalData(folder, 'import')).close();

    const data = await openLocalData(folder, 'write');
    await data.jobDailyA3Data.putOnce('holds/1', Buffer.from('x'));
    await data.close();

    expect(await readdir(folder)).toContain('lmdb');
  });
});
