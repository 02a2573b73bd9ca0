import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FolderGleifStore } from '../../../src/stores/embedded/gleif-file.ts';
import { gleifStoreContract, ordered } from '../../contract/gleif-store.contract.ts';
import { temporaryFolders } from './temporary-folder.ts';

const { newFolder } = temporaryFolders();

gleifStoreContract('folder', async () => new FolderGleifStore(await newFolder()));

describe('the golden copy on the disk', () => {
  it.each([
    ['cut', async (path: string) => truncate(path, 1_000)],
    ['emptied', async (path: string) => truncate(path, 0)],
    ['another file', async (path: string) => writeFile(path, 'x'.repeat(1_000_000))],
  ])('is refused when it was %s', async (_, damage) => {
    const folder = await newFolder();
    await new FolderGleifStore(folder).replace(ordered(['A'.repeat(20)]));
    await damage(join(folder, 'gleif', 'golden-copy'));
    await expect(new FolderGleifStore(folder).open()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});
