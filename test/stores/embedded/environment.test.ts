import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Table, TableRange } from '../../../src/stores/embedded/environment.ts';
import { byBytes } from '../../contract/keys.ts';
import { temporaryFolders } from './temporary-folder.ts';

const { newFolder, open, newEnvironment } = temporaryFolders();

describe('Environment', () => {
  it('keeps all of a commit or nothing of it, whatever else is in the same group', async () => {
    const environment = await newEnvironment();
    const table = environment.table<number>('t', 'json');
    const other = environment.table<number>('other', 'json');
    const outcomes = await Promise.allSettled([
      environment.commit(() => table.put('before', 1)),
      environment.commit(() => {
        table.put('torn', 1);
        other.put('torn', 1);
        table.put('before', 2);
        throw new Error('changed my mind');
      }),
      environment.commit(() => table.put('after', 1)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([...table.range()]).toEqual([
      { key: 'after', value: 1 },
      { key: 'before', value: 1 },
    ]);
    expect(other.get('torn')).toBeNull();
  });

  it('gives back what the commit gave back, and shows inside what was written so far', async () => {
    const environment = await newEnvironment();
    const table = environment.table<string>('t', 'json');
    const seen = await environment.commit(() => {
      table.put('a', 'new');
      table.put('b', 'new');
      const removed = [table.remove('b'), table.remove('b')];
      return { value: table.get('a'), keys: [...table.range()].map(({ key }) => key), removed };
    });
    expect(seen).toEqual({ value: 'new', keys: ['a'], removed: [true, false] });
  });

  it('shows a commit at once to other environments, also without the turn ending', async () => {
    const folder = await newFolder();
    const [writer, reader] = [open({ folder }), open({ folder })];
    const table = writer.table<number>('t', 'json');
    const seen = reader.table<number>('t', 'json');
    for (let n = 1; n <= 50; n += 1) {
      await writer.commit(() => table.put('n', n), { durable: n % 10 === 0 });
      expect(seen.get('n')).toBe(n);
      expect(table.get('n')).toBe(n);
    }
  });

  it('reads one snapshot while others write', async () => {
    const environment = await newEnvironment();
    const table = environment.table<number>('t', 'json');
    const keys = ['a', 'b', 'c'];
    await environment.commit(() => putAll(table, keys, 0));
    const seen: number[] = [];
    for (const { value } of table.range()) {
      seen.push(value);
      await environment.commit(() => putAll(table, keys, 1));
    }
    expect(seen).toEqual([0, 0, 0]);
    expect([...table.range()].map(({ value }) => value)).toEqual([1, 1, 1]);
  });

  it('reads one snapshot inside a commit, too', async () => {
    const environment = await newEnvironment();
    const table = environment.table<number>('t', 'json');
    await environment.commit(() => putAll(table, ['a', 'b', 'c'], 0));
    await environment.commit(() => {
      for (const { key } of table.range()) {
        table.remove(key);
        table.put(`${key}${key}`, 1);
      }
    });
    expect([...table.range()].map(({ key }) => key)).toEqual(['aa', 'bb', 'cc']);
  });

  it('reads any range of any keys as a sorted list would', async () => {
    const key = fc.oneof(
      fc.constantFrom('', 'a', 'a\0', 'a\0b', 'ab', 'b', '\uffee', '\u{1f600}', '~'.repeat(1_900)),
      fc.string({ maxLength: 4, unit: fc.constantFrom('a', '\0', '\x01', 'é', '0') }),
    );
    const bound = fc.option(key, { nil: undefined });
    const bounds = fc.record({ low: bound, lowOpen: fc.boolean(), high: bound, highOpen: fc.boolean() });
    const environment = await newEnvironment();
    let tables = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key),
        bounds,
        fc.boolean(),
        fc.option(fc.nat(5)),
        async (keys, b, reverse, limit) => {
          tables += 1;
          const table = environment.table<string>(`t${tables}`, 'json');
          const neighbour = environment.table<string>(`t${tables}!`, 'json');
          await environment.commit(() => {
            for (const k of keys) table.put(k, k);
            neighbour.put('', 'not mine');
          });
          const range: TableRange = {
            ...(b.low === undefined ? {} : { [b.lowOpen ? 'after' : 'from']: b.low }),
            ...(b.high === undefined ? {} : { [b.highOpen ? 'before' : 'through']: b.high }),
            ...(limit === null ? {} : { limit }),
            reverse,
          };
          const isInside = (k: string) =>
            (b.low === undefined || compare(k, b.low) > (b.lowOpen ? 0 : -1)) &&
            (b.high === undefined || compare(k, b.high) < (b.highOpen ? 0 : 1));
          const sorted = byBytes(keys).filter(isInside);
          const expected = (reverse ? sorted.toReversed() : sorted).slice(0, limit ?? undefined);
          const inside = await environment.commit(() => [...table.range(range)]);
          expect([...table.range(range)]).toEqual(expected.map((k) => ({ key: k, value: k })));
          expect(inside).toEqual(expected.map((k) => ({ key: k, value: k })));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('holds values of any size, and any bytes', async () => {
    const environment = await newEnvironment();
    const binary = environment.table('b', 'binary');
    const json = environment.table<string>('j', 'json');
    const sizes = [0, 1, 100, 4_000, 33_000, 300_000];
    await environment.commit(() => {
      for (const size of sizes) {
        binary.put(`${size}`, Buffer.alloc(size, 200));
        json.put(`${size}`, 'é'.repeat(size));
      }
    });
    const kept = sizes.map((size) => binary.get(`${size}`)!);
    for (const [i, size] of sizes.entries()) {
      expect(kept[i]!.equals(Buffer.alloc(size, 200))).toBe(true);
      expect(json.get(`${size}`)).toBe('é'.repeat(size));
    }
    for (const { key, value } of binary.range()) expect(value.length).toBe(Number(key));
  });

  it('refuses keys that are too long or no Unicode, and writes outside of a commit', async () => {
    const environment = await newEnvironment();
    const table = environment.table<number>('t', 'json');
    for (const key of ['x'.repeat(1_901), '\ud800']) {
      await expect(environment.commit(() => table.put(key, 1))).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
      expect(() => table.get(key)).toThrow('STORE_KEY_INVALID');
    }
    expect(() => table.put('k', 1)).toThrow('inside of a commit');
    expect(() => environment.table('with\0nul', 'json')).toThrow('STORE_KEY_INVALID');
  });

  it('takes what is committed before it is closed', async () => {
    const folder = await newFolder();
    const environment = open({ folder });
    const table = environment.table<number>('t', 'json');
    const commits = Promise.all(Array.from({ length: 100 }, (_, i) => environment.commit(() => table.put(`${i}`, i))));
    await environment.close();
    await commits;
    expect([...open({ folder, readOnly: true }).table<number>('t', 'json').range()]).toHaveLength(100);
  });

  it('makes nothing and writes nothing when read only', async () => {
    const folder = await newFolder();
    expect(() => open({ folder, readOnly: true })).toThrow('FILE_NOT_READABLE');
    await open({ folder }).commit(() => undefined);
    const environment = open({ folder, readOnly: true });
    expect(environment.table('t', 'json').get('k')).toBeNull();
    await expect(environment.commit(() => undefined)).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  });

  it('refuses a file of a newer format, also one that became newer meanwhile', async () => {
    const folder = await newFolder();
    const environment = open({ folder });
    const format = environment.table<number>('format', 'json');
    await environment.commit(() => format.put('', 2));
    expect(() => open({ folder })).toThrow('STORE_FORMAT_NEWER');
    expect(() => open({ folder, readOnly: true })).toThrow('STORE_FORMAT_NEWER');
    await expect(environment.commit(() => undefined)).rejects.toMatchObject({ code: 'STORE_FORMAT_NEWER' });
  });

  it.each([
    ['some text', Buffer.alloc(20_000, 'no database at all. ')],
    ['a few bytes', Buffer.from('x')],
  ])('refuses a file that is %s', async (_, bytes) => {
    const folder = await newFolder();
    await mkdir(join(folder, 'lmdb'));
    await writeFile(join(folder, 'lmdb', 'data.mdb'), bytes);
    expect(() => open({ folder })).toThrow('STORE_CORRUPT');
  });

  it('refuses a file that was cut off, instead of ending the process when it reads behind its end', async () => {
    const folder = await newFolder();
    const environment = open({ folder });
    const table = environment.table<string>('t', 'json');
    await environment.commit(() => table.put('k', 'v'));
    await environment.close();
    await truncate(join(folder, 'lmdb', 'data.mdb'), 8_192);

    expect(() => open({ folder })).toThrow(/cut off.*restore the data folder from a backup/);
    expect(() => open({ folder, readOnly: true })).toThrow('STORE_CORRUPT');
  });
});

describe('Environment with a guard', () => {
  it('writes nothing for an execution that another process has taken', async () => {
    const folder = await newFolder();
    const plain = open({ folder });
    const incarnations = plain.table<{ incarnation: number }>('incarnations', 'json');
    await plain.commit(() => incarnations.put('run', { incarnation: 4 }));
    const guarded = open({ folder, guard: { execution: 'run', incarnation: 4 } });
    const table = guarded.table<number>('t', 'json');
    await guarded.commit(() => table.put('k', 1));

    await plain.commit(() => incarnations.put('run', { incarnation: 5 }));
    let ran = false;
    const late = guarded.commit(() => {
      ran = true;
      table.put('k', 2);
    });

    await expect(late).rejects.toMatchObject({ code: 'RUN_SUPERSEDED' });
    expect(ran).toBe(false);
    expect(plain.table<number>('t', 'json').get('k')).toBe(1);
  });
});

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function putAll(table: Table<number>, keys: readonly string[], value: number): void {
  for (const key of keys) table.put(key, value);
}
