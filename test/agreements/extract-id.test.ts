import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../src/agreements/content-hash.ts';
import { guessId, looksLikeId, MAX_ID_BYTES, readDocument } from '../../src/agreements/extract-id.ts';

const mac = { idField: 'lexId' };

function line(text: string): Buffer {
  return Buffer.from(text);
}

describe('guessId', () => {
  it.each([
    ['at the start', '{"lexId":"mac-1","a":1}'],
    ['with any white space', '\t{ \r\n "lexId" \n:\t "mac-1" }'],
    ['after other members', '{"a":{"b":[1]},"lexId":"mac-1"}'],
    ['after the name as a value', '{"a":"lexId","lexId": "mac-1"}'],
    ['with escapes', '{"lexId":"\\u006dac-\\u0031"}'],
  ])('finds the id %s', (_where, text) => {
    expect(guessId(line(text), 'lexId')).toBe('mac-1');
  });

  it.each([
    '',
    '{',
    '{"lexId":',
    '{"lexId":"',
    '{"lexId":"abc',
    '{"lexId":7}',
    '{"lexId":""}',
    '{"lexId":"\\',
    '[]',
    '{"lexId":"\\x"}',
  ])('says nothing for %j', (text) => {
    expect(guessId(line(text), 'lexId')).toBeNull();
  });

  it('agrees with the parser whenever the id stands first', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }), fc.jsonValue(), (id, other) => {
        expect(guessId(line(JSON.stringify({ lexId: id, other })), 'lexId')).toBe(id);
      }),
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const before = Buffer.concat([line('{"lexId"'), Buffer.from(bytes)]);
        expect(() => guessId(before, 'lexId')).not.toThrow();
      }),
    );
  });
});

describe('what a broken line looks like', () => {
  it.each([
    ['a comma too many', '{"lexId":"mac-1","a":1,}'],
    ['its beginning lost', '"lexId": "mac-1","a":1}'],
    ['its end lost', '{"lexId":"mac-1","a'],
  ])('is its id with %s', (_what, text) => {
    expect(looksLikeId(line(text), 'lexId')).toBe('mac-1');
  });

  it.each([
    ['an address', '{"lexId":"ann@example.com",}'],
    ['a sentence', '{"lexId":"call Ann at home",}'],
    ['half of a broken text', Buffer.from([...Buffer.from('{"lexId":"m'), 0xff, ...Buffer.from('",')])],
    ['too long', `{"lexId":"${'m'.repeat(129)}",`],
    ['far behind', `{"text":"${'x'.repeat(5_000)}","lexId":"mac-1",`],
  ])('is nothing where the text is %s', (_what, text) => {
    expect(looksLikeId(Buffer.from(text), 'lexId')).toBeNull();
  });

  it('takes no longer for megabytes that try to lead it astray', () => {
    const hostile = ['"lexId":"\\\\', '"lexId"   ', '{', '"lexId":'].map((text) => Buffer.from(text.repeat(500_000)));
    const began = performance.now();

    for (const text of hostile) looksLikeId(text, 'lexId');

    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('readDocument', () => {
  it('gives the document and its id', () => {
    expect(readDocument(line('{"a":1,"lexId":"mac-1"}'), mac)).toEqual({
      ok: true,
      id: 'mac-1',
      document: { a: 1, lexId: 'mac-1' },
    });
  });

  it('passes over a byte order mark', () => {
    expect(readDocument(line('\ufeff{"lexId":"mac-1"}'), mac)).toMatchObject({ ok: true, id: 'mac-1' });
  });

  it('takes the last of two ids, as the parser does', () => {
    expect(readDocument(line('{"lexId":"a","lexId":"b"}'), mac)).toMatchObject({ ok: true, id: 'b' });
  });

  it.each([
    ['LEX-invalid-utf8', Buffer.from([...line('{"lexId":"a'), 0xff, ...line('"}')])],
    ['LEX-invalid-utf8', Buffer.from([...line('{"lexId":"a'), 0xed, 0xa0, 0x80, ...line('"}')])],
    ['LEX-unparsable', line('{"lexId":"a"')],
    ['LEX-unparsable', line('')],
    ['LEX-not-an-object', line('["lexId"]')],
    ['LEX-not-an-object', line('null')],
    ['LEX-no-id', line('{"id":"a"}')],
    ['LEX-no-id', line('{"lexId":null}')],
    ['LEX-no-id', line('{"lexId":""}')],
    ['LEX-bad-id', line('{"lexId":7}')],
    ['LEX-bad-id', line(`{"lexId":"${'é'.repeat(MAX_ID_BYTES / 2)}x"}`)],
    ['LEX-bad-id', line('{"lexId":"a\\u0000b"}')],
    ['LEX-bad-id', line('{"lexId":"\\ud800"}')],
  ] as const)('refuses a line by rule %s (%#)', (rule, bytes) => {
    expect(readDocument(bytes, mac)).toMatchObject({ ok: false, rule, id: null });
  });

  it.each([
    ['LEX-lone-surrogate', '{"lexId":"a","b":[{"\\udfff":1}]}'],
    ['LEX-too-deep', `{"lexId":"a","b":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
    ['LEX-number-too-large', '{"lexId":"a","b":-1e999}'],
  ])('refuses by rule %s and still names the document', (rule, text) => {
    expect(readDocument(line(text), mac)).toMatchObject({ ok: false, rule, id: 'a' });
  });

  it('does not take an id from the prototype', () => {
    expect(readDocument(line('{"__proto__":{"lexId":"a"}}'), mac)).toMatchObject({ ok: false, rule: 'LEX-no-id' });
    expect(readDocument(line('{}'), { idField: 'constructor' })).toMatchObject({ ok: false, rule: 'LEX-no-id' });
  });

  it('says nothing of the contents when it refuses', () => {
    expect(JSON.stringify(readDocument(line('{"lexId":"a","phone":"1-617-555'), mac))).not.toContain('617');
  });

  it('accepts only what can be hashed, and takes an id of the full length', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (members) => {
        const id = 'x'.repeat(MAX_ID_BYTES);
        const result = readDocument(line(JSON.stringify({ ...members, lexId: id })), mac);
        if (result.ok) expect(contentHash(result.document, [])).toHaveLength(64);
        else expect(result.rule).toBe('LEX-lone-surrogate');
      }),
    );
  });
});
