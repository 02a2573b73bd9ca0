import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, findJsonProblem, MAX_DEPTH } from '../../src/agreements/canonical-json.ts';

const json = fc.jsonValue({ maxDepth: 5, noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)));

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

describe('canonicalJson', () => {
  it('says what the reference implementation says, for any JSON', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    );
  });

  it('gives the example of RFC 8785, section 3.2.2', () => {
    const input =
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}';

    expect(canonicalJson(JSON.parse(input))).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('orders members by UTF-16 units, as in RFC 8785, section 3.2.3', () => {
    const input =
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",' +
      '"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}';

    expect([...canonicalJson(JSON.parse(input)).matchAll(/:"([^"]*)"/g)].map((match) => match[1])).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each([
    ['-0', '0'],
    ['5e-324', '5e-324'],
    ['-1.7976931348623157e308', '-1.7976931348623157e+308'],
    ['9007199254740994', '9007199254740994'],
    ['295147905179352830000', '295147905179352830000'],
    ['9.999999999999997e22', '9.999999999999997e+22'],
    ['1e23', '1e+23'],
    ['0.000001', '0.000001'],
    ['0.0000001', '1e-7'],
  ])('writes the number %s as %s (RFC 8785, appendix B)', (input, expected) => {
    expect(canonicalJson(JSON.parse(input))).toBe(expected);
  });

  it('puts members that look like numbers in text order, and keeps `__proto__` as a member', () => {
    const value = JSON.parse('{"10":1,"9":2,"__proto__":{"x":1},"a":3}');

    expect(canonicalJson(value)).toBe('{"10":1,"9":2,"__proto__":{"x":1},"a":3}');
  });

  it('orders objects of hundreds of members like small ones', () => {
    const value = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${(i * 7) % 300}`, i]));

    expect(canonicalJson(value)).toBe(canonicalize(value));
  });

  it('leaves out the named members of the top level only', () => {
    expect(canonicalJson({ b: { v: 1 }, v: 2, a: [{ v: 3 }] }, ['v', 'w'])).toBe('{"a":[{"v":3}],"b":{"v":1}}');
  });

  it.each([
    ['a value', '"\\ud800"', 'lone-surrogate'],
    ['a member name', '{"a":{"\\udc00":1}}', 'lone-surrogate'],
    ['a list', '["ok","\\ude00\\ud83d"]', 'lone-surrogate'],
    ['a number that overflows', '{"a":1e400}', 'number-too-large'],
    ['too many levels', '['.repeat(100_000) + ']'.repeat(100_000), 'too-deep'],
  ])('refuses %s that has no canonical form', (_where, text, problem) => {
    const value = JSON.parse(text);

    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ code: 'DOCUMENT_NOT_CANONICAL', details: { problem } }),
    );
    expect(findJsonProblem(value)).toBe(problem);
  });

  it('takes exactly the stated number of levels', () => {
    expect(canonicalJson(nested(MAX_DEPTH))).toHaveLength(2 * MAX_DEPTH);
    expect(findJsonProblem(nested(MAX_DEPTH))).toBeNull();
    expect(findJsonProblem(nested(MAX_DEPTH + 1))).toBe('too-deep');
  });

  it('refuses what JSON does not know', () => {
    expect(() => canonicalJson({ a: undefined })).toThrow(
      expect.objectContaining({ details: { problem: 'not-json' } }),
    );
  });
});
