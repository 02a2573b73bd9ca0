import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BaseShard, layOutShards, type PlannedShard, type SliceWeight } from '../../src/publish/shard-layout.ts';

const LIMITS = { targetLines: 100, mergeBelow: 25, markEvery: 10 };
const at = (n: number) => ({ namespace: 'mac', lex_id: String(n).padStart(6, '0') });

function slice(first: number, last: number, lines: number, hasChanges = true): SliceWeight {
  const [from, to] = [at(first).lex_id, at(last).lex_id];
  return { key: `k-${from}-${to}`, namespace: 'mac', first: from, last: to, lines, hasChanges };
}

/** Base shards of these sizes, documents of one row each, numbered through. */
function baseOf(sizes: readonly number[]): readonly BaseShard[] {
  let begun = 0;
  return sizes.map((lines, number) => {
    const first = begun;
    begun += lines;
    const marks = Array.from({ length: Math.floor(lines / 10) }, (_, i) => at(first + (i + 1) * 10));
    const isLast = number === sizes.length - 1;
    return { number, after: number === 0 ? null : at(first), through: isLast ? null : at(begun), lines, marks };
  });
}

function checkTiling(shards: readonly PlannedShard[]): void {
  expect(shards[0]?.after).toBeNull();
  expect(shards.at(-1)?.through).toBeNull();
  for (const [i, shard] of shards.entries()) if (i > 0) expect(shard.after).toEqual(shards[i - 1]?.through);
}

describe('laying out shards', () => {
  it('is one shard for an empty table', () => {
    expect(layOutShards([], [], LIMITS)).toEqual([{ after: null, through: null, base: [], slices: [], lines: 0 }]);
  });

  it('splits day one at the borders of slices', () => {
    const slices = Array.from({ length: 25 }, (_, i) => slice(i * 10 + 1, i * 10 + 10, 10));
    const shards = layOutShards([], slices, LIMITS);
    expect(shards.map(({ lines }) => lines)).toEqual([90, 90, 70]);
    expect(shards.map(({ through }) => through)).toEqual([at(90), at(180), null]);
    checkTiling(shards);
  });

  it('keeps what nothing touched, however large or small', () => {
    const base = baseOf([300, 5, 5, 80]);
    const shards = layOutShards(base, [slice(1, 2, 0, false)], LIMITS);
    expect(shards.map(({ base: numbers }) => numbers)).toEqual([[0], [1], [2], [3]]);
  });

  it('splits a shard that grows above the target at its marks, and joins a small one to its neighbour', () => {
    const grown = layOutShards(baseOf([95, 80]), [slice(3, 8, 10)], LIMITS);
    expect(grown.map(({ base, through }) => [base, through])).toEqual([
      [[0], at(50)],
      [[0], at(95)],
      [[1], null],
    ]);
    const joined = layOutShards(baseOf([60, 20, 95]), [slice(3, 8, 1)], LIMITS);
    expect(joined.map(({ base, lines }) => [base, lines])).toEqual([
      [[0, 1], 81],
      [[2], 95],
    ]);
  });

  it('tiles the whole space, with every slice in each shard that it reaches into', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 6 });
    const spans = fc.array(
      fc.record({ first: fc.nat(900), length: fc.nat(300), lines: fc.nat(60), hasChanges: fc.boolean() }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(sizes, spans, (given, slicesGiven) => {
        const base = baseOf(given);
        const slices = slicesGiven.map((s, i) => ({
          ...slice(s.first, s.first + s.length, s.lines, s.hasChanges),
          key: `k-${i}`,
        }));

        const shards = layOutShards(base, slices, LIMITS);

        checkTiling(shards);
        const isBefore = (id: string, bound: { readonly lex_id: string } | null) =>
          bound !== null && id <= bound.lex_id;
        for (const shard of shards) {
          const reaching = slices.filter(({ first, last }) => {
            const endsBefore = isBefore(last, shard.after);
            const beginsAfter = shard.through !== null && first > shard.through.lex_id;
            return !endsBefore && !beginsAfter;
          });
          expect(new Set(shard.slices.map(({ key }) => key))).toEqual(new Set(reaching.map(({ key }) => key)));
        }
        expect([...new Set(shards.flatMap((shard) => shard.base))]).toEqual(base.map(({ number }) => number));
      }),
      { numRuns: 300 },
    );
  });
});
