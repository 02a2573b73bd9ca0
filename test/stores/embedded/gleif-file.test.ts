import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gleifBucket, openGleifFile, writeGleifFile } from '../../../src/stores/embedded/gleif-file.ts';
import type { GleifRecord } from '../../../src/stores/gleif-reference.ts';
import { temporaryFolders } from './temporary-folder.ts';

const { newFolder } = temporaryFolders();

describe('the golden copy on the disk', () => {
  it('gives every record back, and none that was never put', () =>
    fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.stringMatching(/^[0-9A-Z]{20}$/), { maxLength: 60 }), async (leis) => {
        const folder = await newFolder();
        await writeGleifFile(folder, ordered(leis.slice(1)));
        const copy = (await openGleifFile(folder))!;
        try {
          expect(copy.count).toBe(Math.max(0, leis.length - 1));
          for (const lei of leis.slice(1)) expect(await copy.get(lei)).toEqual(record(lei));
          if (leis[0] !== undefined) expect(await copy.get(leis[0])).toBeNull();
        } finally {
          await copy.close();
        }
      }),
      { numRuns: 20 },
    ));

  it('is not there before the first import', async () => {
    expect(await openGleifFile(await newFolder())).toBeNull();
  });

  it('stays as it was for whoever reads it, and when the next one fails', async () => {
    const folder = await newFolder();
    await writeGleifFile(folder, ordered(['A'.repeat(20)]));
    const old = (await openGleifFile(folder))!;
    await writeGleifFile(folder, ordered(['B'.repeat(20)]));
    expect(await old.get('A'.repeat(20))).not.toBeNull();
    await old.close();
    const failing = async function* (): AsyncGenerator<GleifRecord> {
      yield record('C'.repeat(20));
      throw new Error('refused');
    };
    await expect(writeGleifFile(folder, failing())).rejects.toThrow('refused');
    const current = (await openGleifFile(folder))!;
    expect(await current.get('B'.repeat(20))).not.toBeNull();
    await current.close();
  });

  it.each([
    ['cut', async (path: string) => truncate(path, 1_000)],
    ['emptied', async (path: string) => truncate(path, 0)],
    ['another file', async (path: string) => writeFile(path, 'x'.repeat(1_000_000))],
  ])('is refused when it was %s', async (_, damage) => {
    const folder = await newFolder();
    await writeGleifFile(folder, ordered(['A'.repeat(20)]));
    await damage(join(folder, 'gleif', 'golden-copy'));
    await expect(openGleifFile(folder)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

async function* ordered(leis: readonly string[]): AsyncGenerator<GleifRecord> {
  yield* leis.toSorted((a, b) => gleifBucket(a) - gleifBucket(b)).map(record);
}

function record(lei: string): GleifRecord {
  const place = { jurisdiction: 'DE', city: 'Köln', region: '', country: 'DE' };
  return { lei, status: 'ISSUED', name: `Firma ${lei} ü`, ...place, directParent: null, ultimateParent: lei };
}
