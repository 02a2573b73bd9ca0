import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobDailyA3Data } from '../../src/stores/job-daily-a3-data.ts';
import { BAD_KEYS, byBytes, keySets } from './keys.ts';

/** Each driver's test file calls this once; `open` gives an empty store. */
export function jobDailyA3DataContract(driver: string, open: () => Promise<JobDailyA3Data>): void {
  describe(`JobDailyA3Data contract: ${driver}`, () => {
    it('gives back any bytes as written, whole and in blocks', () =>
      fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 4096 }), async (body) => {
          const store = await open();
          await store.putOnce('records/1', body);
          expect(await store.get('records/1')).toEqual(Buffer.from(body));
          expect(Buffer.concat(await Array.fromAsync((await store.open('records/1'))!))).toEqual(Buffer.from(body));
        }),
        { numRuns: 20 },
      ));

    it('takes a body in blocks, and tells its length and digest', () =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array()), async (blocks) => {
          const store = await open();
          const whole = Buffer.concat(blocks);
          const written = await store.putOnceStream('s/1', inBlocks(blocks));
          expect(written).toEqual({ bytes: whole.length, sha256: hash('sha256', whole, 'hex') });
          expect(await store.get('s/1')).toEqual(whole);
        }),
        { numRuns: 20 },
      ));

    it('reads more than one block', async () => {
      const store = await open();
      const body = Buffer.alloc(300_000, 'abcdefg');
      await store.putOnce('big', body);
      expect(Buffer.concat(await Array.fromAsync((await store.open('big'))!)).equals(body)).toBe(true);
    });

    it.each([
      ['', ''],
      ['one', 'one'],
      ['one\ntwo\n', 'one'],
      ['\n\n', ''],
      ['é\r\nx', 'é'],
      [`${'ü'.repeat(5_000)}\nx`, 'ü'.repeat(5_000)],
    ])('reads the first line of %j', async (body, line) => {
      const store = await open();
      await store.putOnce('k', bytes(body));
      expect(await store.firstLine('k')).toBe(line);
    });

    it('knows nothing where nothing was written', async () => {
      const store = await open();
      await store.putOnce('a/b', bytes('x'));
      for (const key of ['a/c', 'a', 'a/b/c']) {
        expect(await store.get(key)).toBeNull();
        expect(await store.open(key)).toBeNull();
        expect(await store.firstLine(key)).toBeNull();
      }
    });

    it('accepts the same bytes twice, refuses others and keeps the first', async () => {
      const store = await open();
      await store.putOnce('k', bytes('one'));
      await store.putOnce('k', bytes('one'));
      expect(await store.putOnceStream('k', inBlocks([bytes('o'), bytes('ne')]))).toMatchObject({ bytes: 3 });

      await expect(store.putOnce('k', bytes('two'))).rejects.toMatchObject({ code: 'PUBLISHED_CONFLICT' });
      await expect(store.putOnce('k', bytes('one1'))).rejects.toMatchObject({ code: 'PUBLISHED_CONFLICT' });
      await expect(store.putOnceStream('k', inBlocks([bytes('two')]))).rejects.toMatchObject({
        code: 'PUBLISHED_CONFLICT',
      });
      expect(await store.get('k')).toEqual(bytes('one'));
    });

    it('lets one of many racing writers win, and tells all others', async () => {
      const store = await open();
      const bodies = Array.from({ length: 8 }, (_, i) => bytes(`body ${i}`));
      const outcomes = await Promise.allSettled(bodies.map((body) => store.putOnce('race', body)));

      const winners = bodies.filter((_, i) => outcomes[i]!.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect(await store.get('race')).toEqual(winners[0]);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason.code).toMatch(/^PUBLISHED_(CONFLICT|BUSY)$/);
      }
    });

    it('shows nothing of a body that broke off', async () => {
      const store = await open();
      const broken = async function* () {
        yield bytes('half');
        throw new Error('broke off');
      };
      await expect(store.putOnceStream('k', broken())).rejects.toThrow('broke off');
      expect(await store.get('k')).toBeNull();
      expect(await Array.fromAsync(store.list(''))).toEqual([]);
      await store.putOnce('k', bytes('whole'));
    });

    it('replaces pointers, and nothing else', async () => {
      const store = await open();
      await store.putPointer('as_of/2021-10-20.json', bytes('1'));
      await store.putPointer('as_of/2021-10-20.json', bytes('2'));
      expect(await store.get('as_of/2021-10-20.json')).toEqual(bytes('2'));
      for (const key of ['published/x', 'as_of', 'as_of2/x']) {
        await expect(store.putPointer(key, bytes('3'))).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
      }
    });

    it('lists any keys with their sizes in the order of their bytes', () =>
      fc.assert(
        fc.asyncProperty(keySets(), async (keys) => {
          const store = await open();
          for (const key of keys) await store.putOnce(key, bytes(key));
          const expected = byBytes(keys).map((key) => ({ key, size: Buffer.byteLength(key) }));
          expect(await Array.fromAsync(store.list(''))).toEqual(expected);
        }),
        { numRuns: 20 },
      ));

    it('lists a folder without its siblings', async () => {
      const store = await open();
      for (const key of ['a/b/c', 'a/bc', 'a/b/d/e', 'a-b/x']) await store.putOnce(key, bytes(''));
      expect((await Array.fromAsync(store.list('a/b'))).map(({ key }) => key)).toEqual(['a/b/c', 'a/b/d/e']);
    });

    it('removes what is named, whether it is there or not, and leaves its siblings', async () => {
      const store = await open();
      for (const key of ['as_of/1.json', 'published/a/b', 'published/a/bc', 'records/r']) {
        await (key.startsWith('as_of') ? store.putPointer(key, bytes('1')) : store.putOnce(key, bytes('1')));
      }

      await store.remove(['as_of/1.json', 'published/a/b', 'published/never', 'records/r/inside', 'records/r']);
      await store.remove(['published/a/b']);
      await store.remove([]);

      expect(await Array.fromAsync(store.list(''))).toEqual([{ key: 'published/a/bc', size: 1 }]);
      expect(await store.get('published/a/b')).toBeNull();
      await store.putOnce('published/a/b', bytes('other'));
      expect(await store.get('published/a/b')).toEqual(bytes('other'));
    });

    it('removes a thousand objects at once, and no more', async () => {
      const store = await open();
      const keys = Array.from({ length: 1_000 }, (_, i) => `records/${i}`);
      await store.putOnce('records/0', bytes('x'));
      await store.remove(keys);
      expect(await store.get('records/0')).toBeNull();
      await expect(store.remove([...keys, 'records/1000'])).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
    });

    it.each(['replay/000000001.json', 'look-ups/changes/000000001.ndjson', 'holds/x', 'retention/x', 'as_of', 'x'])(
      'never removes %s, nor what is named beside it',
      async (key) => {
        const store = await open();
        await store.putOnce(key, bytes('x'));
        await store.putOnce('records/1', bytes('x'));
        await expect(store.remove(['records/1', key])).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
        expect(await store.get(key)).toEqual(bytes('x'));
        expect(await store.get('records/1')).toEqual(bytes('x'));
      },
    );

    it.each(BAD_KEYS)('refuses the key %j', async (key) => {
      const store = await open();
      await expect(store.putOnce(key, bytes('x'))).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
      await expect(store.get(key)).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
    });
  });
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

async function* inBlocks(blocks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* blocks;
}
