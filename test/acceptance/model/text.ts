/** How lex.md section 4 treats texts, and how section 5 makes look-up keys. */

/** Trimmed, NFC, with one blank for each character that the flat file cannot carry. */
export function cleanText(value: string): string {
  return value
    .normalize('NFC')
    .replace(/[~\p{Cc}]/gu, ' ')
    .trim();
}

export function countCharacters(text: string): number {
  return [...text].length;
}

export function cutAt(text: string, characters: number): string {
  return [...text].slice(0, characters).join('');
}

/** NFKC, full case folding, plain quotes and dashes, single blanks; then the ends are taken off until nothing changes. */
export function lookUpKey(text: string): string {
  let key = foldCase(text.normalize('NFKC'))
    .replace(/[\u2018\u2019\u201a\u201b]/g, "'")
    .replace(/[\u201c\u201d\u201e\u201f]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
  for (;;) {
    const shorter = key.replace(/\s*\([^()]*"[^"()]+"[^()]*\)$/, '').replace(/[., ]+$/, '');
    if (shorter === key) return key;
    key = shorter;
  }
}

/** By character: lower, upper, lower, so that `ẞ` and `ß` become `ss` and a final sigma becomes a plain one. */
function foldCase(text: string): string {
  return [...text].map((c) => [...c.toLowerCase().toUpperCase()].map((d) => d.toLowerCase()).join('')).join('');
}
