import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intoParts } from '../../../src/stores/aws/into-parts.ts';

async function* stream(blocks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* blocks;
}

describe('intoParts', () => {
  it('gives all bytes in order, in full parts and one last part', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20 })),
        fc.integer({ min: 1, max: 9 }),
        async (blocks, size) => {
          const parts = await Array.fromAsync(intoParts(stream(blocks), size));
          const whole = Buffer.concat(blocks);
          expect(Buffer.concat(parts.map(({ part }) => part)).equals(whole)).toBe(true);
          expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((_, i) => i === parts.length - 1));
          expect(parts.slice(0, -1).every(({ part }) => part.length === size)).toBe(true);
          expect(parts.at(-1)!.part.length).toBeLessThanOrEqual(size);
          expect(parts.length).toBe(Math.max(1, Math.ceil(whole.length / size))); // No empty part behind a full one.
        },
      ),
    ));
});
