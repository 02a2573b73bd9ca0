import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openScratch } from '../../src/runtime/open-scratch.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});
afterEach(() => rm(parent, { recursive: true }));

describe('room for temporary files', () => {
  it('is gone when it is closed', async () => {
    const { scratch, close } = await openScratch(parent);
    await scratch.append('a', Buffer.from('x'));
    await close();

    expect(await readdir(parent)).toEqual([]);
  });

  it('says which folder has none', async () => {
    const { scratch, close } = await openScratch(parent);
    const [folder = ''] = await readdir(parent);
    await symlink('/dev/full', join(parent, folder, 'full'));

    await expect(scratch.append('full', Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORE_FULL',
      what: expect.stringContaining(parent),
    });
    await close();
  });

  it('is refused where there can be none', async () => {
    const file = join(parent, 'file');
    await writeFile(file, '');

    for (const place of [file, join(parent, 'missing')]) {
      await expect(openScratch(place)).rejects.toMatchObject({
        code: 'FILE_NOT_READABLE',
        what: expect.stringContaining(`${place} takes no temporary files`),
      });
    }
  });
});
