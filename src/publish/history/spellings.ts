/** How else a mistyped identifier may be spelled. Pure. */

/** Digits that the last number may have once zeros are put before it, in the order in which they are likely. */
const WIDTHS = [4, 3, 5, 6, 7, 8, 9, 10];
/** Longer texts are no identifiers: A3.3 has 50 characters, and a lex id hardly more. */
const MAX_LENGTH = 100;

/**
 * Other spellings, the nearest first: of case, of what stands between parts, of letters in the place of digits, of zeros
 * before the last number. At most 120, and not the text itself.
 */
export function spellings(text: string): readonly string[] {
  if (text.length > MAX_LENGTH) return [];
  const digits = withDigits(text);
  const forms = [text, digits, digits.replace(/[\s_.]+/g, '-'), digits.replace(/[\s.-]+/g, '_')];
  const found = new Set<string>();
  for (const padded of [(form: string) => [form], zeros]) {
    for (const form of forms.flatMap(padded)) {
      for (const one of [form, form.toLowerCase(), form.toUpperCase()]) found.add(one);
    }
  }
  found.delete(text);
  return [...found];
}

/** `0O98` is a number somebody has read from paper. */
function withDigits(text: string): string {
  const digitOf = (letter: string) => (letter === 'O' || letter === 'o' ? '0' : '1');
  return text.replace(/(?<![A-Za-z])[0-9OoIl]*\d[0-9OoIl]*(?![A-Za-z])/g, (number) =>
    number.replace(/[OoIl]/g, digitOf),
  );
}

function zeros(text: string): readonly string[] {
  const [, before = '', number] = /^(.*?)(\d+)$/s.exec(text) ?? [];
  if (number === undefined) return [];
  const bare = number.replace(/^0+(?=\d)/, '');
  return [...WIDTHS.map((width) => before + bare.padStart(width, '0')), before + bare];
}
