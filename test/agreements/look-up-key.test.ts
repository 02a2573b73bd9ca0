import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityKey, lawKey, MAX_KEY_BYTES } from '../../src/agreements/look-up-key.ts';

const messy = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'aAß.,()[]"\'“”‘’«»–—-~ \t\n\u00a0\u2003\u00ad´ﬁİıςΣ\u0345é'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 40,
});

describe('entityKey', () => {
  it.each([
    ['Birch First Global Investments Inc. ("Company")', 'birch first global investments inc'],
    ['CONVERGTV, INC. (“ConvergTV”)', 'convergtv, inc'],
    ['Mount Kowledge Holdings Inc. ("Marketing Affiliate", "MA")', 'mount kowledge holdings inc'],
    ['Example Ltd (the "Buyer", "B").', 'example ltd'],
    ['IndeLiving Holdings, Inc. ("Reseller")("Party" and collectively as "Parties")', 'indeliving holdings, inc'],
    [
      'SYSTEMS APPLICATIONS PRODUCTS (AFRICA) (PTY) LIMITED ("SAP AFRICA")',
      'systems applications products (africa) (pty) limited',
    ],
    ['National City Bank of Kentucky, ("NCB")', 'national city bank of kentucky'],
    ['X Corp ("A" or "A (Holdings) Ltd")', 'x corp'],
    ['Pea Ltd (‘the Buyer’)', 'pea ltd'],
    ['Pea Ltd [“Buyer”] , . ', 'pea ltd'],
    ['Piñon  Gathering\u00a0Company,\n LLC', 'piñon gathering company, llc'],
    ['Wells Fargo ＆ Company', 'wells fargo & company'],
    ['O’Neil – Smith — Co', "o'neil - smith - co"],
    ['Große Straße AG', 'grosse strasse ag'],
    ['KD3XUN7C6T14HNAYLU02', 'kd3xun7c6t14hnaylu02'],
  ])('reads %j as %j', (text, key) => {
    expect(entityKey(text)).toBe(key);
  });

  it.each([
    [
      'a bracket without a quoted term',
      'Dialog Semiconductor (UK) Ltd (Europe)',
      'dialog semiconductor (uk) ltd (europe)',
    ],
    [
      'apostrophes, which quote nothing',
      "Trust (Children's Fund and Women's Fund)",
      "trust (children's fund and women's fund)",
    ],
    ['a bracket in the middle', 'A ("B") Ltd', 'a ("b") ltd'],
    ['a bracket that does not open', 'A "Company")', 'a "company")'],
    ['a bracket that does not close', 'A ("Company"', 'a ("company"'],
    ['empty quotes', 'A ("")', 'a ("")'],
    ['a text that is nothing but a bracket', '(each "Party")', '(each "party")'],
    ['a text that is nothing but dots', ' . . ', '. .'],
  ])('leaves %s', (_what, text, key) => {
    expect(entityKey(text)).toBe(key);
  });

  it('gives a key as its own key, for any text', () => {
    fc.assert(
      fc.property(messy, (text) => {
        const key = entityKey(text);
        expect(entityKey(key)).toBe(key);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on case, normal form or blanks around', () => {
    fc.assert(
      fc.property(messy, (text) => {
        const key = entityKey(text);
        expect(entityKey(` ${text.normalize('NFD')}\n`)).toBe(key);
        expect(entityKey(`a${text},`)).toBe(entityKey(`a${text}. `));
      }),
    );
  });

  it('is empty only for a blank text', () => {
    fc.assert(
      fc.property(messy, (text) => {
        expect(entityKey(text) === '').toBe(/^[\s\u0085]*$/.test(text.normalize('NFKC')));
      }),
    );
  });

  it('keeps hostile texts within the length of a key, apart from one another, and in time', () => {
    const long = entityKey('ﷺ'.repeat(200_000));
    const other = entityKey(`${'ﷺ'.repeat(200_000)}x`);
    const brackets = entityKey(`A${'("B")'.repeat(1_500)}`);

    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(MAX_KEY_BYTES);
    expect(other).not.toBe(long);
    expect(entityKey(long)).toBe(long);
    expect(brackets).toBe('a');
    expect(entityKey(`${'. '.repeat(100_000)}x${'"'.repeat(50_000)})`)).toMatch(/^\. /);
  });
});

describe('lawKey', () => {
  it('normalises as for entities, and keeps brackets', () => {
    expect(lawKey(' England  and WALES. ')).toBe('england and wales');
    expect(lawKey('US‐NY')).toBe('us-ny');
    expect(lawKey('New York ("NY")')).toBe('new york ("ny")');
  });
});
