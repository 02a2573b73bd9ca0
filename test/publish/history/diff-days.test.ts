import { setTimeout } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffDays, type RowDifference } from '../../../src/publish/history/diff-days.ts';
import { comparePlaces, isWithin } from '../../../src/publish/place.ts';
import type { TableRow } from '../../../src/publish/published.ts';
import { readChanges, readTable } from '../../../src/publish/read-published.ts';
import { compareKeys, differences } from '../../../src/publish/table-row.ts';
import { ALL, dayPlan, IDS, type Op, publish } from './plans.ts';

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(items);
}

/** By holding both tables. */
function naive(from: readonly TableRow[], to: readonly TableRow[]): readonly RowDifference[] {
  const keyOf = (row: TableRow) => JSON.stringify([row.namespace, row.lex_id, row['A3.2'], row['A3.3'], row['A3.6']]);
  const old = new Map(from.map((row) => [keyOf(row), row]));
  const now = new Map(to.map((row) => [keyOf(row), row]));
  const all = [...new Map([...old, ...now]).values()].sort((a, b) => comparePlaces(a, b) || compareKeys(a, b));
  return all.flatMap((row): RowDifference[] => {
    const [before, after] = [old.get(keyOf(row)), now.get(keyOf(row))];
    const { namespace, lex_id } = row;
    const key = { namespace, lex_id, 'A3.2': row['A3.2'], 'A3.3': row['A3.3'], 'A3.6': row['A3.6'] };
    if (before === undefined) return [{ change: 'added', ...key, fields: {}, stale: null }];
    if (after === undefined) return [{ change: 'removed', ...key, fields: {}, stale: null }];
    const fields = differences(before, after);
    const [staleFrom, staleTo] = [before.lineage.stale_since, after.lineage.stale_since];
    const stale = staleFrom === staleTo ? null : { from: staleFrom, to: staleTo };
    return stale === null && Object.keys(fields).length === 0 ? [] : [{ change: 'changed', ...key, fields, stale }];
  });
}

const keyOf = (row: Pick<RowDifference, 'namespace' | 'lex_id' | 'A3.2' | 'A3.3' | 'A3.6'>) =>
  JSON.stringify([row.namespace, row.lex_id, row['A3.2'], row['A3.3'], row['A3.6']]);

type FromTo = { readonly from: string | null; readonly to: string | null };
const joined = (first: FromTo | null | undefined, next: FromTo | null): FromTo | null =>
  next === null ? (first ?? null) : { from: first ? first.from : next.from, to: next.to };

/** What the change logs come to one after the other, by key; `null`: it was removed and came again, with values not logged. */
function compose(logs: readonly (readonly RowDifference[])[]): Map<string, RowDifference | null> {
  const composed = new Map<string, RowDifference | null>();
  for (const line of logs.flat()) {
    const key = keyOf(line);
    const before = composed.get(key);
    if (before === undefined || line.change === 'removed') {
      if (before?.change === 'added') composed.delete(key);
      else if (before !== null) composed.set(key, line);
    } else if (before?.change === 'removed') composed.set(key, null);
    else if (before?.change === 'changed') {
      const names = [...Object.keys(before.fields), ...Object.keys(line.fields)] as (keyof typeof line.fields)[];
      const all = names.map((name) => [name, joined(before.fields[name], line.fields[name] ?? null)!] as const);
      const fields = Object.fromEntries(all.filter(([, { from, to }]) => from !== to));
      const stale = joined(before.stale, line.stale);
      composed.set(key, { ...before, fields, stale: stale?.from === stale?.to ? null : stale });
    }
  }
  return composed;
}

describe('the difference between two published days', () => {
  it('is that of their tables, over any days, forwards and backwards', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(dayPlan, { minLength: 2, maxLength: 4 }), fc.nat(3), fc.nat(3), async (plans, i, j) => {
        const [a3, days] = await publish(plans);
        const [from, to] = [days[i % days.length]!, days[j % days.length]!];

        const found = await gather(diffDays(a3, from, to));

        expect(found).toEqual(naive(await gather(readTable(a3, from)), await gather(readTable(a3, to))));
      }),
      { numRuns: 20 },
    );
  });

  it('is the change log of the day where nothing lies between', async () => {
    await fc.assert(
      fc.asyncProperty(dayPlan, async (plan) => {
        const [a3, [from, to]] = await publish([ALL, plan]);

        const logged = (await gather(readChanges(a3, to!))).map(({ cause: _, ...difference }) => difference);
        expect(await gather(diffDays(a3, from!, to!))).toEqual(logged);
      }),
      { numRuns: 10 },
    );
  });

  it('is what the change logs of the days between come to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(dayPlan, { minLength: 2, maxLength: 5 }), async (plans) => {
        const [a3, days] = await publish(plans);
        const logs = await Promise.all(days.slice(1).map((day) => gather(readChanges(a3, day))));

        const composed = compose(logs.map((log) => log.map(({ cause: _, ...difference }) => difference)));
        const found = await gather(diffDays(a3, days[0]!, days.at(-1)!));

        const unlogged = new Set([...composed].filter(([, one]) => one === null).map(([key]) => key));
        const expected = [...composed.values()].filter(
          (one) =>
            one !== null && (one.change !== 'changed' || one.stale !== null || Object.keys(one.fields).length > 0),
        );
        const byKey = (differences: readonly (RowDifference | null)[]) =>
          new Map(differences.map((one) => [keyOf(one!), one]));
        expect(byKey(found.filter((one) => !unlogged.has(keyOf(one))))).toEqual(byKey(expected));
      }),
      { numRuns: 15 },
    );
  });

  it('reads no shard that both days share', async () => {
    const [a3, [, from, to]] = await publish([ALL, IDS.map((): Op => 'again'), ALL.with(3, 'other')]);
    const opened: string[] = [];
    const open = (key: string) => {
      opened.push(key);
      return a3.open(key);
    };

    const found = await gather(diffDays({ open }, from!, to!));

    expect(found).toMatchObject([{ change: 'changed', lex_id: 'doc-03', fields: { 'A3.4': { to: 'name 2' } } }]);
    expect(from!.manifest.shards.length).toBeGreaterThan(2);
    expect(opened.map((key) => key.replace(/attempt=1\/table.*/, ''))).toEqual(
      [from!, to!].map(({ folder }) => folder.replace('attempt=1', '')),
    );
  });

  it('names the file of either day that is damaged, wherever it is', async () => {
    const [a3, [from, to]] = await publish([ALL, ALL.with(3, 'other')]);
    for (const { folder, manifest } of [from!, to!]) {
      const shard = manifest.shards.find(({ after, through }) =>
        isWithin({ namespace: 'mac', lex_id: 'doc-03' }, { after, through }),
      );
      const name = `${folder}/${shard?.table.path}`;
      const text = gunzipSync((await a3.get(name))!);
      for (let at = 0; at < text.length; at += 83) {
        const damaged = Buffer.from(text);
        damaged[at]! ^= 0x15;
        const open = async (key: string) => (key === name ? blocks(gzipSync(damaged)) : a3.open(key));

        const read = gather(diffDays({ open }, from!, to!));

        await expect(read, `byte ${at}`).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { key: name } });
      }
    }
  });
});

/** Its lines are read before its end is, as with a large file. */
async function* blocks(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
  await setTimeout(1);
}
