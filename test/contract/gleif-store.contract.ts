import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gleifBucket } from '../../src/stores/gleif-format.ts';
import type { GleifRecord, GleifStore } from '../../src/stores/gleif-reference.ts';

/** What every driver of a golden copy keeps. @param open gives an empty store */
export function gleifStoreContract(driver: string, open: () => Promise<GleifStore>, numRuns = 20): void {
  describe(`GleifStore contract: ${driver}`, () => {
    it('gives every record back, and none that was never put', () =>
      fc.assert(
        fc.asyncProperty(fc.uniqueArray(fc.stringMatching(/^[0-9A-Z]{20}$/), { maxLength: 60 }), async (leis) => {
          const store = await open();
          await store.replace(ordered(leis.slice(1)));
          const copy = (await store.open())!;
          try {
            expect(copy.count).toBe(Math.max(0, leis.length - 1));
            for (const lei of leis.slice(1)) expect(await copy.get(lei)).toEqual(record(lei));
            if (leis[0] !== undefined) expect(await copy.get(leis[0])).toBeNull();
          } finally {
            await copy.close();
          }
        }),
        { numRuns },
      ));

    it('has none before the first import', async () => {
      expect(await (await open()).open()).toBeNull();
    });

    it('replaces the last one as a whole, gives nothing of the next to whoever reads it, and keeps it when the next fails', async () => {
      const [A, B, C] = ['A', 'B', 'C'].map((letter) => letter.repeat(20)) as [string, string, string];
      const store = await open();
      await store.replace(ordered([A]));
      const old = (await store.open())!;
      await store.replace(ordered([B]));
      const read = await old.get(A).catch((error: unknown) => error);
      expect(read).toSatisfy((got: unknown) => (got as GleifRecord).lei === A || isBusy(got));
      await old.close();
      const failing = async function* (): AsyncGenerator<GleifRecord> {
        yield record(C);
        throw new Error('refused');
      };
      await expect(store.replace(failing())).rejects.toThrow('refused');
      const current = (await store.open())!;
      expect(await current.get(A)).toBeNull();
      expect(await current.get(B)).toEqual(record(B));
      await current.close();
    });
  });
}

function isBusy(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'PUBLISHED_BUSY';
}

export async function* ordered(leis: readonly string[]): AsyncGenerator<GleifRecord> {
  yield* leis.toSorted((a, b) => gleifBucket(a) - gleifBucket(b)).map(record);
}

function record(lei: string): GleifRecord {
  const place = { jurisdiction: 'DE', city: 'Köln', region: '', country: 'DE' };
  return { lei, status: 'ISSUED', name: `Firma ${lei} ü`, ...place, directParent: null, ultimateParent: lei };
}
