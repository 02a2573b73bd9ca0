import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaveDemoFolder, makeDemoFolder } from '../../../src/cli/demo/demo-folder.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});
afterEach(() => rm(parent, { recursive: true }));

/** Ends the demo in a folder as its process would: by dying. */
async function markAs(folder: string, pid: number): Promise<void> {
  await writeFile(join(folder, 'lexdelta-demo.json'), JSON.stringify({ made_by: 'lexdelta demo', pid }));
}

describe('makeDemoFolder', () => {
  it('replaces the data of a demo that has ended, and says so', async () => {
    const first = await makeDemoFolder(null, parent);
    await mkdir(join(first.folder, 'lmdb'));
    await leaveDemoFolder(first.folder);

    const second = await makeDemoFolder(null, parent);

    expect(first).toEqual({ folder: join(parent, 'demo'), isReplaced: false });
    expect(second).toEqual({ folder: join(parent, 'demo'), isReplaced: true });
    expect(await readdir(second.folder)).toEqual(['lexdelta-demo.json']);
  });

  it('deletes nothing that no demo has made: takes another folder, or refuses the one that was named', async () => {
    await mkdir(join(parent, 'demo'));
    await writeFile(join(parent, 'demo', 'precious'), 'mine');

    const beside = await makeDemoFolder(null, parent);
    const named = makeDemoFolder(join(parent, 'demo'), parent);

    await expect(named).rejects.toMatchObject({ code: 'USAGE' });
    expect(beside.folder).toBe(join(parent, 'demo-2'));
    expect(await readFile(join(parent, 'demo', 'precious'), 'utf8')).toBe('mine');
  });

  it('stays away from a demo that still runs', async () => {
    const { folder } = await makeDemoFolder(null, parent);
    await markAs(folder, process.ppid);

    const beside = await makeDemoFolder(null, parent);
    const named = makeDemoFolder(folder, parent);

    expect(beside.folder).toBe(join(parent, 'demo-2'));
    await expect(named).rejects.toMatchObject({ code: 'STORE_BUSY' });
  });
});
