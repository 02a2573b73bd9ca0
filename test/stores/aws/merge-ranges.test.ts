import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemPage } from '../../../src/stores/aws/dynamo-table.ts';
import { mergeRanges } from '../../../src/stores/aws/merge-ranges.ts';
import { byBytes } from '../../contract/keys.ts';

const keyOf = (item: ItemPage['items'][number]) => item['k']!.S!;

/** Pages of these keys; a page may be empty and have a next one, as when DynamoDB has filtered all of it. */
function pagesOf(
  pages: readonly (readonly string[])[],
  failAt = Number.POSITIVE_INFINITY,
  at = 0,
): () => Promise<ItemPage> {
  return async () => {
    if (at === failAt) throw new Error('page cannot be read');
    const items = (pages[at] ?? []).map((key) => ({ k: { S: key } }));
    return { items, next: at + 1 < pages.length ? pagesOf(pages, failAt, at + 1) : null };
  };
}

describe('mergeRanges', () => {
  it('gives every key once, in the order of bytes, however the ranges are cut into pages', () => {
    const key = fc.constantFrom(...'abcdefghij', 'é', '\uffee', '\u{1f600}', 'a\0', 'aa');
    const range = fc.tuple(fc.uniqueArray(key), fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 6 }));
    return fc.assert(
      fc.asyncProperty(fc.array(range, { maxLength: 5 }), async (ranges) => {
        const cut = ranges.map(([keys, sizes], r) => {
          const rest = [...byBytes(keys.map((each) => `${each}${r}`))];
          return [...sizes.map((size) => rest.splice(0, size)), rest];
        });
        const merged = await Array.fromAsync(
          mergeRanges(
            cut.map((pages) => pagesOf(pages)),
            keyOf,
          ),
        );
        expect(merged.flat().map(keyOf)).toEqual(byBytes(cut.flat(2)));
      }),
    );
  });

  it('hands out batches before it has read everything, and tells when a page cannot be read', async () => {
    const page = (n: number) => Array.from({ length: 3_000 }, (_, i) => `${n}${String(i).padStart(5, '0')}`);
    const merged = mergeRanges([pagesOf([page(1), page(2), page(3)], 2), pagesOf([['0']])], keyOf);
    const batches: number[] = [];
    await expect(async () => {
      for await (const batch of merged) batches.push(batch.length);
    }).rejects.toThrow('page cannot be read');
    expect(batches).toEqual([2_000, 2_000, 2_000]);
  });

  it('leaves no failure behind when the reader stops before it', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => String(i).padStart(5, '0'));
    for await (const batch of mergeRanges([pagesOf([many, []], 1)], keyOf)) {
      expect(batch).toHaveLength(2_000);
      break;
    }
    await new Promise(setImmediate); // A rejection that nobody handles would fail the run here.
  });
});
