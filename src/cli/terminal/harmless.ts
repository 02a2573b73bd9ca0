/**
 * Text from documents, files and servers may hold escape sequences, line breaks or characters that turn the direction
 * of writing. On a terminal they could forge output or hide some, so they are shown as what they are.
 */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** More than any language puts on one letter; a heap of them would be drawn over the lines above and below. */
const MAX_MARKS = 4;
const MARKS = /(^|\P{M})(\p{M}+)/gu;

type Escape = (character: string) => string;

/** The text on one line, each control, format and separator character as `\u{…}`, and so marks that have no letter. */
export function harmless(text: string): string {
  return withoutHeaps(text.replace(HARMFUL, braced), braced);
}

const braced: Escape = (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`;

function withoutHeaps(text: string, asEscape: Escape): string {
  return text.replace(MARKS, (_, letter: string, marks: string) => {
    const each = [...marks];
    const kept = letter === '' ? 0 : MAX_MARKS;
    return letter + each.slice(0, kept).join('') + each.slice(kept).map(asEscape).join('');
  });
}

/** What JSON leaves as it is though a terminal would obey it: DEL, the second set of controls, formats, separators. */
const HARMFUL_IN_JSON = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** JSON of the value, the same to every parser, that a terminal shows as it stands. */
export function harmlessJson(value: object): string {
  return withoutHeaps(JSON.stringify(value).replace(HARMFUL_IN_JSON, inJson), inJson);
}

const inJson: Escape = (character) =>
  Array.from({ length: character.length }, (_, i) => `\\u${hexOf(character.charCodeAt(i))}`).join('');

function hexOf(unit: number): string {
  return unit.toString(16).padStart(4, '0');
}

/** Hebrew, Arabic and the other scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LEFT_TO_RIGHT_MARK = '\u200e';

/** What a harmless text needs behind it, so that it does not take what follows on its line into its direction. */
export function endOfDirection(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? LEFT_TO_RIGHT_MARK : '';
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const NARROW_ONLY = /^[\x20-\x7e]*$/;

/** Columns that a harmless text takes on a terminal. */
export function displayWidth(text: string): number {
  if (NARROW_ONLY.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text, cut to at most `width` columns; what was cut leaves a `…`. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > width - 1) break;
    kept += character;
    used += next;
  }
  return width < 1 ? '' : `${kept}…`;
}

function characterWidth(character: string): number {
  if (/[\p{Mn}\p{Me}\u200e]/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
