import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processPayloadForRecursion } from '../../src/steps/process-payload-for-recursion.ts';

/** Executions below this one, itself included, and the deepest of them. */
function walk(from: number, to: number): { leaves: (readonly [number, number])[]; depth: number } {
  const { is_leaf, slices, delta_docs_batches } = processPayloadForRecursion({ from, to });
  if (is_leaf) {
    expect(slices.length).toBe(to - from);
    expect(slices.length).toBeLessThanOrEqual(1000);
    expect([slices[0], slices.at(-1)]).toEqual(to > from ? [from, to - 1] : [undefined, undefined]);
    return { leaves: [[from, to]], depth: 1 };
  }
  expect(slices).toEqual([]);
  expect(delta_docs_batches.length).toBeLessThanOrEqual(100);
  expect(delta_docs_batches.length).toBeGreaterThan(1);
  const parts = delta_docs_batches.map((part) => walk(part.from, part.to));
  return { leaves: parts.flatMap(({ leaves }) => leaves), depth: 1 + Math.max(...parts.map(({ depth }) => depth)) };
}

describe('ProcessPayloadForRecursion', () => {
  it('reaches every slice once, in leaves that end where chunks end, in at most three levels', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), (slices) => {
        const { leaves, depth } = walk(0, slices);

        expect(depth).toBeLessThanOrEqual(3);
        for (const [i, [from, to]] of leaves.entries()) {
          expect(from).toBe(leaves[i - 1]?.[1] ?? 0);
          expect(to === slices || to % 1000 === 0).toBe(true);
        }
        expect(leaves.at(-1)?.[1]).toBe(slices);
      }),
      { numRuns: 30 },
    ));

  it('takes 10 million slices in three levels', () => {
    const top = processPayloadForRecursion({ from: 0, to: 10_000_000 });
    expect(top.delta_docs_batches).toHaveLength(100);
    expect(walk(0, 100_000)).toMatchObject({ depth: 2 });
    expect(walk(9_900_000, 10_000_000)).toMatchObject({ depth: 2 });
  });

  it('is a leaf without slices for an empty batch', () => {
    expect(processPayloadForRecursion({ from: 0, to: 0 })).toEqual({
      is_leaf: true,
      slices: [],
      delta_docs_batches: [],
    });
  });
});
