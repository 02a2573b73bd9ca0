import { describe, expect, it } from 'vitest';
import {
  AUSTRALIAN_STATES,
  CANADIAN_PROVINCES,
  OTHER_LAWS,
  US_STATES,
} from '../../src/agreements/default-law-names.ts';
import { defaultLaws } from '../../src/agreements/default-laws.ts';
import { lawKey } from '../../src/agreements/look-up-key.ts';
import { isLongerThan } from '../../src/agreements/table-a3/text.ts';

const byKey = new Map(defaultLaws().map((law) => [law.law_key, law.display_name]));

describe('defaultLaws', () => {
  it.each([
    ['New York', 'New York'],
    ['US-NY', 'New York'],
    ['State of New York', 'New York'],
    ['the laws of the State of Delaware.', 'Delaware'],
    ['Commonwealth of Massachusetts', 'Massachusetts'],
    ['US-DC', 'District of Columbia'],
    ['Washington', 'Washington'],
    ['GB-ENG', 'England and Wales'],
    ['ENG', 'England and Wales'],
    ['England; Wales', 'England and Wales'],
    ['England, United Kingdom; Wales, United Kingdom', 'England and Wales'],
    ['GB', 'United Kingdom'],
    ['DE', 'Germany'],
    ['CA', 'Canada'],
    ['US-CA', 'California'],
    ['Ontario, Canada', 'Ontario, Canada'],
    ['British Columbia,Canada', 'British Columbia, Canada'],
    ['People’s Republic of China', 'China'],
    ['Federal Republic of Germany', 'Germany'],
    ['Hong Kong', 'Hong Kong'],
    ['Victoria, Australia', 'Victoria, Australia'],
  ])('know %s', (text, shown) => {
    expect(byKey.get(lawKey(text))).toBe(shown);
  });

  it('give each spelling one meaning', () => {
    const meanings = new Map<string, Set<string>>();
    for (const [shown, ...spellings] of OTHER_LAWS) {
      for (const text of [shown, ...spellings]) {
        const known = meanings.get(lawKey(text)) ?? new Set();
        meanings.set(lawKey(text), known.add(shown));
      }
    }
    for (const list of [US_STATES, CANADIAN_PROVINCES, AUSTRALIAN_STATES]) {
      for (const entry of list.split('|')) {
        const name = entry.slice(entry.indexOf(' ') + 1);
        const known = meanings.get(lawKey(name)) ?? new Set();
        meanings.set(lawKey(name), known.add(`${name} (state)`));
      }
    }

    expect([...meanings].filter(([, shown]) => shown.size > 1)).toEqual([]);
  });

  it('fit A3.7, and show a text that is itself known', () => {
    for (const shown of new Set(byKey.values())) {
      expect(isLongerThan(shown, 50)).toBe(false);
      expect(byKey.get(lawKey(shown))).toBe(shown);
    }
  });

  it('cover the fifty states and the district by code', () => {
    expect([...byKey.keys()].filter((key) => /^us-[a-z]{2}$/.test(key))).toHaveLength(52); // Puerto Rico too.
  });

  it('come in the same order every time, each key once', () => {
    const keys = defaultLaws().map((law) => law.law_key);

    expect(keys).toEqual([...new Set(keys)].sort());
  });
});
