import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, codePointLength, cutAt, excerpt, isLongerThan } from '../../../src/agreements/table-a3/text.ts';

const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom(...'a ~\r\n\t\u0000\u0085\u00a0é\u0301😀'), fc.constant('x')),
});

describe('cleanText', () => {
  it.each([
    ['  two  words \n', 'two  words', false],
    ['Cafe\u0301', 'Café', false],
    ['a~b', 'a b', true],
    ['a\r\nb', 'a  b', true],
    ['a\tb\u0007c\u0085d', 'a b c d', true],
    ['~a~', 'a', true],
    ['\u00a0no-break\u00a0spaces\u00a0', 'no-break\u00a0spaces', false],
    ['“curly”', '“curly”', false],
    ['~', '', true],
    ['', '', false],
  ])('makes %j %j', (given, text, replaced) => {
    expect(cleanText(given)).toEqual({ text, replaced });
  });

  it('leaves nothing that the flat file cannot carry, and nothing to do a second time', () => {
    fc.assert(
      fc.property(anyText, (given) => {
        const { text } = cleanText(given);
        expect(text).not.toMatch(/[~\p{Cc}]/u);
        expect(cleanText(text)).toEqual({ text, replaced: false });
      }),
    );
  });
});

describe('lengths', () => {
  it('count code points, not UTF-16 units', () => {
    expect(codePointLength('😀é')).toBe(2);
    expect(isLongerThan('😀'.repeat(50), 50)).toBe(false);
    expect(isLongerThan('😀'.repeat(51), 50)).toBe(true);
  });

  it('cut at a code point and trim the end', () => {
    fc.assert(
      fc.property(anyText, fc.nat({ max: 20 }), (given, max) => {
        const { text } = cleanText(given);
        const cut = cutAt(text, max);
        expect(codePointLength(cut)).toBeLessThanOrEqual(Math.max(max, 0));
        expect(cut.isWellFormed()).toBe(true);
        expect(text.startsWith(cut)).toBe(true);
      }),
    );
    expect(cutAt('ab cd', 3)).toBe('ab');
    expect(excerpt('😀😀😀', 2)).toBe('😀…');
  });
});
