import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LineSpool } from '../../../src/stores/embedded/line-spool.ts';

const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Some longer than what a partition holds in memory. */
const line = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ' ').toWellFormed()),
  fc.integer({ min: 1, max: 90_000 }).map((length) => 'ü'.repeat(length)),
  fc.integer({ min: 60_000, max: 70_000 }).map((length) => 'x'.repeat(length)),
);

describe('LineSpool', () => {
  it('gives the lines of each partition back in their order, as often as asked, whatever their length', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(2), line), { maxLength: 40 }), async (lines) => {
        const spool = new LineSpool(folder, 3);
        try {
          for (const [partition, text] of lines) await spool.add(partition, text);
          for (const partition of [0, 1, 2, 1]) {
            const expected = lines.filter(([p]) => p === partition).map(([, text]) => text);
            expect(await spool.read(partition)).toEqual(expected);
          }
        } finally {
          await spool.close();
        }
      }),
      { numRuns: 40 },
    ));

  it('leaves nothing behind that has a name', async () => {
    const spool = new LineSpool(folder, 1);
    for (let i = 0; i < 10; i += 1) await spool.add(0, 'x'.repeat(50_000));
    expect(await readdir(folder)).toEqual([]);
    await spool.close();
  });

  it('tells that there is no folder to be had', async () => {
    const spool = new LineSpool(join(fileURLToPath(import.meta.url), 'folder'), 1);
    await expect(spool.add(0, 'x'.repeat(70_000))).rejects.toThrow('ENOTDIR');
    await spool.close();
  });
});
