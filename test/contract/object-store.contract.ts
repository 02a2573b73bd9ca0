import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../src/stores/object-store.ts';
import { BAD_KEYS, byBytes, keySets } from './keys.ts';

/** Each driver's test file calls this once; `open` gives an empty store. */
export function objectStoreContract(driver: string, open: () => Promise<ObjectStore>): void {
  describe(`ObjectStore contract: ${driver}`, () => {
    it('gives back any bytes as written, and the last ones', () =>
      fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 4096 }), fc.uint8Array(), async (first, second) => {
          const store = await open();
          await store.put('a/b', first);
          expect(await store.get('a/b')).toEqual(Buffer.from(first));
          await store.put('a/b', second);
          expect(await store.get('a/b')).toEqual(Buffer.from(second));
        }),
        { numRuns: 20 },
      ));

    it('knows no object where none was written', async () => {
      const store = await open();
      await store.put('a/b', bytes('x'));
      expect(await store.get('a/c')).toBeNull();
      expect(await store.get('a')).toBeNull();
      expect(await store.get('a/b/c')).toBeNull();
      expect(await keysOf(store, 'nothing')).toEqual([]);
    });

    it('lists any keys in the order of their bytes', () =>
      fc.assert(
        fc.asyncProperty(keySets(), async (keys) => {
          const store = await open();
          for (const key of keys) await store.put(key, bytes(key));
          expect(await keysOf(store, '')).toEqual(byBytes(keys));
        }),
        { numRuns: 20 },
      ));

    it('lists a folder with its depths and without its siblings', async () => {
      const store = await open();
      const keys = ['a-b/1', 'a.b', 'a/2', 'a/b-c', 'a/b/c', 'a/b/d/e', 'a/b0', 'a0', 'ab/1'];
      for (const key of keys.toReversed()) await store.put(key, bytes(key));
      expect(await keysOf(store, '')).toEqual(keys);
      expect(await keysOf(store, 'a')).toEqual(['a/2', 'a/b-c', 'a/b/c', 'a/b/d/e', 'a/b0']);
      expect(await keysOf(store, 'a/b')).toEqual(['a/b/c', 'a/b/d/e']);
    });

    it('tells size and etag, and reads on condition of the etag', async () => {
      const store = await open();
      await store.put('p/1', bytes('one'));
      const [first] = await Array.fromAsync(store.list('p'));
      expect(first).toMatchObject({ key: 'p/1', size: 3 });
      expect(await store.get('p/1', { ifMatch: first!.etag })).toEqual(bytes('one'));

      await store.put('p/1', bytes('two')); // The same size, the same instant or nearly so.
      const [second] = await Array.fromAsync(store.list('p'));
      expect(second!.etag).not.toBe(first!.etag);
      await expect(store.get('p/1', { ifMatch: first!.etag })).rejects.toMatchObject({ code: 'DELTA_CHANGED' });
      await expect(store.get('p/2', { ifMatch: first!.etag })).rejects.toMatchObject({ code: 'DELTA_CHANGED' });
    });

    it('deletes a folder 1,000 objects a call, and nothing beside it', async () => {
      const store = await open();
      const names = Array.from({ length: 1_001 }, (_, i) => `d/${i % 7}/${i}`);
      await Promise.all(names.map((key) => store.put(key, bytes(''))));
      await store.put('d-other', bytes('stays'));

      expect(await store.deleteSome('d')).toEqual({ deleted: 1_000, more: true });
      expect(await store.deleteSome('d')).toEqual({ deleted: 1, more: false });
      expect(await store.deleteSome('d')).toEqual({ deleted: 0, more: false });
      expect(await keysOf(store, '')).toEqual(['d-other']);
    });

    it('shows readers the old object or the new one, never a mixture', async () => {
      const store = await open();
      const bodies = ['a', 'b'].map((letter) => Buffer.alloc(200_000, letter));
      await store.put('k', bodies[0]!);
      const writing = (async () => {
        for (let i = 0; i < 20; i += 1) await store.put('k', bodies[i % 2]!);
      })();
      for (let i = 0; i < 50; i += 1) {
        const body = await store.get('k');
        expect(bodies.some((whole) => whole.equals(body!))).toBe(true);
      }
      await writing;
    });

    it('loses nothing when a folder is emptied while it is written to', async () => {
      const store = await open();
      await store.put('f/g/0', bytes(''));
      const put = async (i: number) => store.put(`f/g/${i}`, bytes(String(i)));
      await Promise.all([store.deleteSome('f'), put(1), put(2), store.deleteSome('f'), put(3)]);
      await put(4);
      expect(await store.get('f/g/4')).toEqual(bytes('4'));
    });

    it.each(BAD_KEYS)('refuses the key %j', async (key) => {
      const store = await open();
      await expect(store.put(key, bytes('x'))).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
      await expect(store.get(key)).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
      expect(await keysOf(store, '')).toEqual([]);
    });
  });
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

async function keysOf(store: ObjectStore, folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(store.list(folder))).map(({ key }) => key);
}
