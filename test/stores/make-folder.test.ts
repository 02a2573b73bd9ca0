import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/stores/make-folder.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('making a folder', () => {
  it('makes those above it as well, and tells the topmost', async () => {
    expect(makeFolder(join(root, 'a', 'b', 'c'))).toBe(join(root, 'a'));
    expect(makeFolder(join(root, 'a', 'b', 'd'))).toBe(join(root, 'a', 'b', 'd'));
    expect(makeFolder(join(root, 'a', 'b', 'd'))).toBeUndefined();
    expect((await stat(join(root, 'a', 'b', 'd'))).isDirectory()).toBe(true);
  });

  it('says so where a file is in the way', async () => {
    await mkdir(join(root, 'e'));
    await writeFile(join(root, 'e', 'file'), '');
    expect(() => makeFolder(join(root, 'e', 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(join(root, 'e', 'file', 'below'))).toThrow('ENOTDIR');
  });

  it.runIf(process.platform === 'linux')('ends where a file system knows no new names', () => {
    expect(() => makeFolder('/proc/lexdelta/data')).toThrow('ENOENT');
  });
});
