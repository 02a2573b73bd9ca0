/**
 * Text from documents, files and servers may hold escape sequences, line breaks or characters that turn the direction
 * of writing. On a terminal they could forge output or hide some, so they are shown as what they are.
 */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The text on one line, each control, format and separator character as `\u{…}`. */
export function harmless(text: string): string {
  return text.replace(HARMFUL, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
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
  if (/[\p{Mn}\p{Me}]/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
