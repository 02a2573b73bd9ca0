import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spellings } from '../../../src/publish/history/spellings.ts';

describe('spellings', () => {
  it.each([
    ['CUAD-0198', 'cuad-0198'],
    ['cuad-198', 'cuad-0198'],
    ['cuad_0198', 'cuad-0198'],
    ['cuad 198', 'cuad-0198'],
    ['cuad-0O98', 'cuad-0098'],
    ['cuad-Ol98', 'cuad-0198'],
    ['docman-97', 'docman-0000000097'],
    ['cuad-000198', 'cuad-198'],
  ])('of %s hold %s', (typed, meant) => {
    expect(spellings(typed)).toContain(meant);
  });

  it('are few, all different, and never the text itself', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => {
        const found = spellings(text);

        expect(found.length).toBeLessThanOrEqual(120);
        expect(new Set(found).size).toBe(found.length);
        expect(found).not.toContain(text);
      }),
    );
  });
});
