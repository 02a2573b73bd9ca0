import { AUSTRALIAN_STATES, CANADIAN_PROVINCES, COMMONWEALTHS, OTHER_LAWS, US_STATES } from './default-law-names.ts';
import type { LawItem } from './look-up-items.ts';
import { lawItem } from './make-look-up-items.ts';

/**
 * The governing laws that lexdelta knows by itself, ascending by key, each key once. An imported law of the same key is
 * meant to take the place of the built-in one. Keys are short codes and the usual spellings; display names fit A3.7.
 */
export function defaultLaws(): readonly LawItem[] {
  const laws = new Map<string, LawItem>();
  const add = (shown: string, spellings: readonly string[]) => {
    for (const spelling of [shown, ...spellings]) {
      const law = lawItem(spelling, shown);
      laws.set(law.law_key, law);
    }
  };
  for (const [shown, ...spellings] of OTHER_LAWS) add(shown, spellings);
  for (const [code, name] of parts(US_STATES)) add(name, spellingsOfState(`US-${code}`, name));
  for (const [code, name] of parts(CANADIAN_PROVINCES)) {
    add(`${name}, Canada`, [
      `CA-${code}`,
      name,
      `Province of ${name}`,
      `Province of ${name}, Canada`,
      `${name},Canada`,
    ]);
  }
  for (const [code, name] of parts(AUSTRALIAN_STATES)) {
    add(`${name}, Australia`, [`AU-${code}`, name, `State of ${name}, Australia`]);
  }
  return [...laws.values()].sort((a, b) => (a.law_key < b.law_key ? -1 : 1));
}

function spellingsOfState(code: string, name: string): readonly string[] {
  const kind = COMMONWEALTHS.includes(name) ? 'Commonwealth' : 'State';
  return [
    code,
    `${name} law`,
    `${name} State`,
    `${kind} of ${name}`,
    `The ${kind} of ${name}`,
    `Laws of ${name}`,
    `Laws of the ${kind} of ${name}`,
    `The laws of the ${kind} of ${name}`,
    `${name}, USA`,
    `${name}, U.S.A.`,
    `${name}, United States`,
    ...(kind === 'State' ? [] : [`State of ${name}`]),
  ];
}

/** `NY New York|…` as `[['NY', 'New York'], …]`. */
function parts(list: string): readonly (readonly [string, string])[] {
  return list.split('|').map((entry) => {
    const blank = entry.indexOf(' ');
    return [entry.slice(0, blank), entry.slice(blank + 1)];
  });
}
