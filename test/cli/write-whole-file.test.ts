import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWholeFile } from '../../src/cli/write-whole-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function* pieces(...texts: readonly string[]): AsyncIterable<string> {
  yield* texts;
}

describe('a file that is written whole', () => {
  it('replaces the one that is there, and only when it is whole', async () => {
    const file = join(folder, 'a3.csv');
    await writeFile(file, 'old');
    async function* broken(): AsyncIterable<string> {
      yield 'half';
      throw new Error('cut');
    }

    await expect(writeWholeFile(file, broken())).rejects.toThrow('cut');
    expect(await readFile(file, 'utf8')).toBe('old');
    await writeWholeFile(file, pieces('new', ' table'));

    expect(await readFile(file, 'utf8')).toBe('new table');
    expect(await readdir(folder)).toEqual(['a3.csv']);
  });

  it('goes where a link leads, and the link stays', async () => {
    await mkdir(join(folder, 'shared'));
    await writeFile(join(folder, 'shared', 'a3.csv'), 'old');
    const link = join(folder, 'latest.csv');
    await symlink(join('shared', 'a3.csv'), link);

    await writeWholeFile(link, pieces('new'));

    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'shared', 'a3.csv'), 'utf8')).toBe('new');
    expect(await readdir(join(folder, 'shared'))).toEqual(['a3.csv']);
  });

  it('never takes the place of a pipe, a device or a folder', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await mkdir(join(folder, 'tables'));

    for (const path of [pipe, join(folder, 'tables')]) {
      await expect(writeWholeFile(path, pieces('new'))).rejects.toMatchObject({
        code: 'FILE_NOT_WRITABLE',
        what: expect.stringContaining('is no regular file, so it is not replaced'),
      });
    }
    expect((await lstat(pipe)).isFIFO()).toBe(true);
    expect(await readdir(folder)).toEqual(['pipe', 'tables']);
  });
});
