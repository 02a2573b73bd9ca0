import fc from 'fast-check';

/** Keys that no store takes. */
export const BAD_KEYS = [
  '',
  '/a',
  'a/',
  '../a',
  'a/../b',
  'a/./b',
  'a//b',
  '.partial',
  'a/.b',
  'a\0b',
  'a\ud800',
  `${'x'.repeat(255)}/`.repeat(4).concat('y'),
  'x'.repeat(256),
];

/** Sets of keys, none inside another, with parts that sort differently with and without the slash behind them. */
export function keySets(): fc.Arbitrary<readonly string[]> {
  const part = fc.oneof(
    fc.constantFrom('a', 'a-b', 'a.b', 'a0', 'b', 'é', '\u{1f600}', '\uffee'),
    fc.string({ unit: fc.constantFrom('a', '-', '0', '~', ' ', 'Ω'), minLength: 1, maxLength: 3 }),
  );
  const key = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  return fc.uniqueArray(key, { maxLength: 12 }).map(withoutNesting);
}

/** Sorted by their UTF-8 bytes: the plain way, against which every cleverer one is held. */
export function byBytes(keys: readonly string[]): readonly string[] {
  return keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function withoutNesting(keys: readonly string[]): readonly string[] {
  return keys.filter((key) => !keys.some((other) => other !== key && other.startsWith(`${key}/`)));
}
