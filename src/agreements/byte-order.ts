/**
 * Compares two texts by their UTF-8 bytes: the order of Lex, of every key and of every published row.
 * JavaScript's `<` compares UTF-16 units, which differs where surrogate pairs meet U+E000 to U+FFFF.
 * @returns below 0, 0 or above 0
 */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** A surrogate stands for a code point above U+FFFF, so it ranks above every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
