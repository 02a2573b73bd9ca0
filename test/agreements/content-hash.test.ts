import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash, rawHash } from '../../src/agreements/content-hash.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The same content with every object's members in the opposite order of insertion. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value as Record<string, Json>).map(
    ([key, member]) => [key, reversed(member)] as const,
  );
  return Object.fromEntries(members.reverse());
}

const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })) as fc.Arbitrary<Record<string, Json>>;

describe('contentHash', () => {
  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(object, (document) => {
        expect(contentHash(reversed(document), [])).toBe(contentHash(document, []));
      }),
    );
  });

  it('does not depend on what volatile members say', () => {
    fc.assert(
      fc.property(object, fc.jsonValue(), fc.jsonValue(), (document, seen, before) => {
        const now = { ...document, audit: seen as Json };
        expect(contentHash(now, ['audit'])).toBe(contentHash({ ...document, audit: before as Json }, ['audit']));
      }),
    );
  });

  it('tells a document that lacks a volatile member, so that it heals when the member is back', () => {
    expect(contentHash({ a: 1 }, ['audit'])).not.toBe(contentHash({ a: 1, audit: null }, ['audit']));
  });

  it('changes with anything else', () => {
    expect(contentHash({ a: 1 }, ['b'])).not.toBe(contentHash({ a: 2 }, ['b']));
    expect(contentHash({ a: { b: 1 } }, ['b'])).not.toBe(contentHash({ a: { b: 2 } }, ['b']));
  });

  it('is SHA-256 of the canonical text', () => {
    expect(contentHash({}, [])).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});

describe('rawHash', () => {
  it('is the first 16 bytes of SHA-256 over the bytes', () => {
    expect(rawHash(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223');
  });
});
