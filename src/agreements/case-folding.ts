/**
 * Unicode full case folding (CaseFolding.txt, statuses C and F), derived from the engine's own case mappings.
 *
 * Upper case, then lower case, character by character, gives the folding of every character but those below; going
 * character by character keeps `toLowerCase` from its rule for a Greek sigma at the end of a word.
 */

/** Cherokee folds to upper case, because its small letters came into Unicode later. */
const CHEROKEE = /[\u13A0-\u13FD\uAB70-\uABBF]/;
const ASCII = /^[\0-\x7f]*$/;

export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.replace(/[^\0-\x7f]/gu, foldCharacter).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function foldCharacter(character: string): string {
  if (character === 'ı') return character; // Dotless i is a letter of its own; its upper case is the I of i.
  if (character === 'ẞ') return 'ss'; // Its own upper case, so upper case does not spell it out.
  if (CHEROKEE.test(character)) return character.toUpperCase();
  let folded = '';
  for (const upper of character.toUpperCase()) folded += upper.toLowerCase();
  return folded;
}
