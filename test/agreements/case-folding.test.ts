import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../../src/agreements/case-folding.ts';
import { FULL_FOLDINGS } from './full-foldings.ts';

const several = new Map(FULL_FOLDINGS);

/** Every character of Unicode, surrogates left out. */
function* everyCharacter(): Generator<readonly [number, string]> {
  for (let code = 0; code < 0x110000; code += 1) {
    if (code < 0xd800 || code > 0xdfff) yield [code, String.fromCodePoint(code)];
  }
}

describe('foldCase', () => {
  it('folds every character of Unicode by CaseFolding.txt, statuses C and F', () => {
    const wrong: string[] = [];
    for (const [code, character] of everyCharacter()) {
      const folded = foldCase(character);
      const expected = several.get(code);
      if (expected !== undefined) {
        if (folded !== expected) wrong.push(code.toString(16));
      } else if (folded !== character) {
        // `iu` compares by simple folding: both must be the same letter there, and the result must be a folded one.
        const same = folded.length === character.length && new RegExp(`^${folded}$`, 'iu').test(character);
        if (!same || /\p{Changes_When_Casefolded}/u.test(folded)) wrong.push(code.toString(16));
      } else if (/\p{Changes_When_Casefolded}/u.test(character) && character.normalize('NFD') === character) {
        wrong.push(code.toString(16));
      }
    }

    expect(wrong).toEqual([]);
  });

  it.each([
    ['STRASSE', 'straße'],
    ['ΟΔΟΣ', 'οδος'],
    ['ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύς'],
    ['OFFICE', 'oﬃce'],
    ['İ', 'i̇'],
    ['GROẞ', 'gross'],
  ])('makes %s and %s the same', (a, b) => {
    expect(foldCase(a)).toBe(foldCase(b));
  });

  it('keeps the dotless i apart from i', () => {
    expect(foldCase('ı')).toBe('ı');
  });

  it('folds a text once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(foldCase(foldCase(text))).toBe(foldCase(text));
      }),
    );
  });
});
