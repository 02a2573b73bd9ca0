import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonRowsScanner } from '../../src/lex/json-rows-scanner.ts';
import { LineSplitter, type RowScanner } from '../../src/lex/line-splitter.ts';
import { documentTexts } from '../fixtures/lex-documents.ts';

const context = { namespace: 'mac', offset: 3, maxRowBytes: 1_000_000 };

/** Rows of `bytes` given in chunks that end at `cuts`. */
function scan(scanner: RowScanner, bytes: Buffer, cuts: readonly number[]): string[] {
  const rows: Buffer[] = [];
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < borders.length; i += 1)
    scanner.push(Buffer.from(bytes.subarray(borders[i - 1], borders[i])), rows);
  scanner.end();
  return rows.map((row) => row.toString());
}

const cuts = fc.array(fc.nat(), { maxLength: 60 });
const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);

describe('LineSplitter', () => {
  it('gives any documents back, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        documentTexts(),
        cuts,
        fc.constantFrom('\n', '\r\n', '\n\n', '\r\n \t\r\n'),
        fc.boolean(),
        (docs, at, end, mark) => {
          const bytes = Buffer.from((mark ? '\uFEFF' : '') + docs.map((text) => text + end).join(''));
          expect(scan(new LineSplitter(context), bytes, at)).toEqual(docs);
        },
      ),
    );
  });

  it('gives the same rows when cut at any single byte, and byte by byte', () => {
    const docs = ['{"a":"é😀"}', '{}', '{"b":[1,2]}'];
    const bytes = Buffer.from(`\uFEFF${docs[0]}\r\n\r\n${docs[1]}\n${docs[2]}\r\n`);
    for (let at = 0; at <= bytes.length; at += 1) expect(scan(new LineSplitter(context), bytes, [at])).toEqual(docs);
    const everyByte = Array.from(bytes, (_, i) => i);
    expect(scan(new LineSplitter(context), bytes, everyByte)).toEqual(docs);
  });

  it('calls every cut inside a line a cut body', () => {
    const bytes = Buffer.from('{"a":1}\r\n{"b":2}\r\n');
    for (let length = 1; length < bytes.length; length += 1) {
      if (length === 9) continue; // A whole line: only the length of the answer tells.
      expect(() => scan(new LineSplitter(context), bytes.subarray(0, length), [])).toThrow('LEX_BODY_CUT');
    }
  });

  it('accepts a row of the longest allowed size and refuses one byte more, by its position, before it ends', () => {
    const tight = { ...context, maxRowBytes: 10 };
    expect(scan(new LineSplitter(tight), Buffer.from('1234567890\r\n'), [])).toEqual(['1234567890']);
    expect(scan(new LineSplitter(tight), Buffer.from('1234567890\r\n'), [10, 11])).toEqual(['1234567890']);
    expect(() => scan(new LineSplitter(tight), Buffer.from('{}\n12345678901\n'), [])).toThrow('position 4');
    expect(() => new LineSplitter(tight).push(Buffer.from('x'.repeat(12)), [])).toThrow('position 3');
  });
});

/** A JSON answer with its members in any order and white space anywhere. */
const answers = fc
  .tuple(
    documentTexts(),
    fc.shuffledSubarray(['namespace', 'total_docs', 'offset', 'documents', 'extra', 'te"xt'], { minLength: 6 }),
    fc.array(space, { minLength: 1, maxLength: 9 }),
    fc.jsonValue(),
    fc.boolean(),
  )
  .map(([docs, order, spaces, extra, hasMark]) => {
    let used = 0;
    const gap = () => spaces[used++ % spaces.length]!;
    const values: Record<string, string> = {
      namespace: '"mac"',
      total_docs: '12',
      offset: '3',
      documents: `[${docs.map((text) => gap() + text + gap()).join(',')}${gap()}]`,
      extra: JSON.stringify(extra),
      'te"xt': '"]}\\"documents\\":["',
    };
    const members = order.map((name) => `${gap()}${JSON.stringify(name)}${gap()}:${gap()}${values[name]}${gap()}`);
    return { docs, bytes: Buffer.from(`${hasMark ? '\uFEFF' : ''}${gap()}{${members.join(',')}}${gap()}`) };
  });

describe('JsonRowsScanner', () => {
  it('gives any documents back as they were written, however the bytes are cut', () => {
    fc.assert(
      fc.property(answers, cuts, ({ docs, bytes }, at) => {
        const scanner = new JsonRowsScanner(context);
        expect(scan(scanner, bytes, at)).toEqual(docs);
        expect(scanner.totalDocs).toBe(12);
      }),
    );
  });

  it('gives the same rows when cut at any single byte, and byte by byte', () => {
    const docs = ['{"a":"\\\\\\"}]é😀"}', '[]', '-1.5e3', 'null', '"x\\""', '{\r\n  "b": [ {"c":"\\u007d"} ]\n}'];
    const bytes = Buffer.from(`\uFEFF{"docum\\u0065nts":[ ${docs.join(' ,\n')}\t],"x":{"y":["]}"]},"total_docs":7}`);
    for (let at = 0; at <= bytes.length; at += 1) expect(scan(new JsonRowsScanner(context), bytes, [at])).toEqual(docs);
    const everyByte = Array.from(bytes, (_, i) => i);
    expect(scan(new JsonRowsScanner(context), bytes, [...everyByte, ...everyByte])).toEqual(docs);
  });

  it('calls an answer cut anywhere a cut body', () => {
    const bytes = Buffer.from(
      '{"namespace":"mac","total_docs":5,"offset":3,"documents":[{"a":"b"},{"c":[1]}],"more":null}',
    );
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => scan(new JsonRowsScanner(context), bytes.subarray(0, length), [])).toThrow('LEX_BODY_CUT');
    }
  });

  it.each([
    ['another offset', '{"offset":4,"documents":[]}'],
    ['an offset as text', '{"offset":"3","documents":[]}'],
    ['a negative total', '{"total_docs":-1,"documents":[]}'],
    ['a total with a fraction', '{"total_docs":1.5,"documents":[]}'],
    ['a total as text', '{"total_docs":"5","documents":[]}'],
    ['no total where one is named', '{"total_docs":null,"documents":[]}'],
    ['no documents', '{"total_docs":5}'],
    ['nothing', '{}'],
    ['documents twice', '{"documents":[],"documents":[]}'],
    ['documents that are no list', '{"documents":{}}'],
    ['a list', '[]'],
    ['a text', '"documents"'],
    ['a comma too many', '{"documents":[1,]}'],
    ['a comma at the beginning', '{"documents":[,1]}'],
    ['a member too many', '{"documents":[],}'],
    ['no comma', '{"documents":[{} {}]}'],
    ['no colon', '{"documents"[]}'],
    ['a key without quotes', '{documents:[]}'],
    ['something after the end', '{"documents":[]}{}'],
    ['two lines of NDJSON', '{"lexId":"a"}\n{"lexId":"b"}\n'],
    ['an endless key', `{"${'x'.repeat(5000)}":1,"documents":[]}`],
  ])('refuses %s', (_, body) => {
    expect(() => scan(new JsonRowsScanner(context), Buffer.from(body), [])).toThrow('LEX_ANSWER_INVALID');
  });

  it('refuses the answer for another namespace, wherever it is named', () => {
    for (const body of [
      '{"namespace":"pwm","documents":[]}',
      '{"documents":[1],"namespace":"pwm"}',
      '{"namespace":null,"documents":[]}',
    ]) {
      expect(() => scan(new JsonRowsScanner(context), Buffer.from(body), [])).toThrow('LEX_WRONG_NAMESPACE');
    }
  });

  it('refuses a document that is too long, by its position, before it ends', () => {
    const scanner = new JsonRowsScanner({ ...context, maxRowBytes: 10 });
    expect(() => scanner.push(Buffer.from('{"documents":[{},{"a":"xxxxxxxxxxxx'), [])).toThrow('position 4');
  });

  it('keeps nothing of a member that it skips', () => {
    const scanner = new JsonRowsScanner({ ...context, maxRowBytes: 10 });
    expect(scan(scanner, Buffer.from(`{"log":"${'x'.repeat(100_000)}","documents":[{}]}`), [50_000])).toEqual(['{}']);
  });
});
