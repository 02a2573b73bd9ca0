import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { houseIdentifier, plainName } from '../../scripts/sample/house-identifier.ts';
import { partiesOf } from '../../scripts/sample/split.ts';
import { entityKey } from '../../src/agreements/look-up-key.ts';
import { source } from './sample-files.ts';

const texts = [...new Set(source.agreements.flatMap((agreement) => partiesOf(agreement, source.reading)))];

describe('houseIdentifier', () => {
  it('fits A3.2, cannot be taken for an LEI, and is the same for texts with the same look-up key', () =>
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'grapheme' })), (text) => {
        const identifier = houseIdentifier(text);
        if (identifier === null) return;
        expect(identifier).toMatch(/^H-[A-Z0-9-]{1,48}$/);
        expect(houseIdentifier(entityKey(text))).toBe(identifier);
      }),
    ));

  it.each([
    ['Birch First Global Investments Inc. ("Company")', 'H-BIRCH-FIRST-GLOBAL-INVESTMENTS-INC'],
    ['Bank of America, N.A', 'H-BANK-OF-AMERICA-NA'],
    ['Bank of America, N.A. ("Bank of America")', 'H-BANK-OF-AMERICA-NA'],
    ["Stremick's Heritage Foods, LLC", 'H-STREMICKS-HERITAGE-FOODS-LLC'],
    ['LECLANCHÉ S.A. ("Leclanché")', 'H-LECLANCHE-SA'],
    ['The University of Texas M. D. Anderson Cancer Center', 'H-THE-UNIVERSITY-OF-TEXAS-M-D-ANDERSON-CA-F76D5BD4'],
    ['[●]', null],
  ])('makes of %j %j', (text, identifier) => {
    expect(houseIdentifier(text)).toBe(identifier);
  });

  it('differs for every name that is not just another spelling', () => {
    const bySlug = Map.groupBy(new Set(texts.map(entityKey)), houseIdentifier);

    const shared = [...bySlug].filter(([identifier, keys]) => identifier !== null && keys.length > 1);

    expect(shared.map(([identifier]) => identifier).sort()).toEqual([
      'H-KIOSK-CONCEPTS-INC',
      'H-KUBIENT-INC',
      'H-STREMICKS-HERITAGE-FOODS-LLC',
      'H-VERTICALNET-INC',
      'H-VNUE-INC',
    ]);
  });
});

describe('plainName', () => {
  it('keeps the look-up key and the final dot, and leaves the role out', () => {
    expect(plainName('Mount Kowledge Holdings Inc. ("Marketing Affiliate", "MA")')).toBe(
      'Mount Kowledge Holdings Inc.',
    );
    for (const text of texts) expect(entityKey(plainName(text))).toBe(entityKey(text));
  });
});
