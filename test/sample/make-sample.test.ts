import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { SAMPLE } from './sample-files.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/make-sample.ts', import.meta.url));
/** The sample is part of the npm package. */
const MAX_SAMPLE_BYTES = 3_000_000;

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

describe('make-sample', () => {
  it('makes the committed files again, byte by byte', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
    folders.push(folder);

    await promisify(execFile)(process.execPath, [SCRIPT, folder]);

    const made = await filesBelow(folder);
    const committed = await filesBelow(fileURLToPath(SAMPLE));
    expect([...made.keys()]).toEqual([...committed.keys()].filter((path) => /^(lex|look-ups)\//.test(path)));
    for (const [path, bytes] of made) expect(committed.get(path)?.equals(bytes), path).toBe(true);
  });

  it('stays small enough to be shipped', async () => {
    const sizes = [...(await filesBelow(fileURLToPath(SAMPLE))).values()].map(({ length }) => length);

    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_SAMPLE_BYTES);
  });
});

/** Path with `/` to content, ascending. */
async function filesBelow(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(paths.sort().map(async (path) => [path, await readFile(path)] as const));
  return new Map(
    files.map(([path, bytes]) => [path.slice(folder.length).replaceAll('\\', '/').replace(/^\//, ''), bytes]),
  );
}
