/** `~` files as they are written, read back by the check that shares no line with the writing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../../src/agreements/table-a3/text.ts';
import { checkFlatFile, type FlatExpectation } from '../../../src/publish/delivery/check-flat-file.ts';
import { FLAT_HEADERS, type FlatFormat, PLAIN_FORMAT } from '../../../src/publish/delivery/flat-format.ts';
import { FlatLines, flatPieces } from '../../../src/publish/delivery/flat-lines.ts';
import type { FlatRow } from '../../../src/publish/delivery/flat-source.ts';

const DATE = '2021-10-20';
type Values = Readonly<Record<string, string | null>>;

const rowOf =
  (values: Values): FlatRow =>
  (field) =>
    values[field] ?? null;

async function* batches(rows: readonly Values[]): AsyncIterable<readonly FlatRow[]> {
  for (let i = 0; i < rows.length; i += 3) yield rows.slice(i, i + 3).map(rowOf);
}

async function write(table: 'A-3' | 'CO' | 'CP', format: FlatFormat, rows: readonly Values[]): Promise<string> {
  const pieces = await Array.fromAsync(flatPieces(new FlatLines(table, DATE, format), batches(rows)));
  return pieces.join('');
}

async function* blocks(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function check(text: string | Uint8Array, expected: Partial<FlatExpectation> = {}, blockBytes = 64) {
  const all: FlatExpectation = { table: 'A-3', business_date: DATE, format: PLAIN_FORMAT, rows: 1, ...expected };
  return checkFlatFile(blocks(Buffer.from(text), blockBytes), all);
}

/** What the rules leave of any text. */
const text = (max: number) =>
  fc
    .string({ unit: 'grapheme', maxLength: max })
    .map((given) => [...cleanText(given).text].slice(0, max).join('').trim())
    .map((cleaned) => (cleaned === '' ? null : cleaned));
const needed = (max: number) => text(max).map((value) => value ?? 'x');
const flag = fc.constantFrom('Y', 'N');
const agreement: fc.Arbitrary<Values> = fc.record({
  'A3.2': needed(50),
  'A3.3': needed(50),
  'A3.4': text(50),
  'A3.5': fc.constantFrom('2000-02-29', '0001-01-01', null),
  'A3.6': needed(50),
  'A3.8': flag,
  'A3.9': text(500),
  'A3.12.1': flag,
  'A3.13': text(200),
  'A3.16': text(100),
});
const anyFormat: fc.Arbitrary<FlatFormat> = fc.record({
  header: fc.constantFrom(...FLAT_HEADERS),
  lineEnd: fc.constantFrom('lf' as const, 'crlf' as const),
  notApplicable: fc.constantFrom('', 'N/A', '0000-00-00'),
  notApplicableByField: fc.constantFrom({}, { 'A3.9': 'NONE', 'A3.5': '' }),
});

/** A right line of A-3, with columns changed by their place from 0. */
function line(changes: Readonly<Record<number, string>> = {}): string {
  const right = `${DATE}~BANK~AGR-1~Master~2003-03-01~CLIENT~~New York~N~~N~~~N~~~~~~`.split('~');
  return right.map((value, i) => changes[i] ?? value).join('~');
}
const HEADER =
  'A3.1~A3.2~A3.3~A3.4~A3.5~A3.6~A3.6.1~A3.7~A3.8~A3.9~A3.10~A3.11~A3.12~A3.12.1~A3.12.2~A3.12.3~A3.13~A3.14~A3.15~A3.16';

describe('a flat file', () => {
  it('reads back right and with the same values, whatever they are and however it is written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(agreement, { maxLength: 8 }), anyFormat, fc.nat(40), async (rows, format, size) => {
        const written = await write('A-3', format, rows);

        const found = await check(written, { format, rows: rows.length }, size + 1);
        expect(found).toMatchObject({ rows: rows.length, faults: [], faultCounts: { file: 0, value: 0 } });
        expect(found.bytes).toBe(Buffer.byteLength(written));

        const lines = written
          .split(format.lineEnd === 'crlf' ? '\r\n' : '\n')
          .slice(format.header === 'none' ? 0 : 1, -1);
        const cells = lines.map((one) => one.split('~'));
        const fields = HEADER.split('~');
        expect(cells).toEqual(
          rows.map((row) =>
            fields.map((field) => {
              const missing: Values = { ...format.notApplicableByField };
              return field === 'A3.1' ? DATE : (row[field] ?? missing[field] ?? format.notApplicable);
            }),
          ),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('is headed by the numbers of the fields, their official names, or not at all', async () => {
    const first = async (header: FlatFormat['header']) =>
      (await write('CO', { ...PLAIN_FORMAT, header }, [{ 'CO.2': 'BANK' }])).split('\n')[0];

    expect(await first('numbers')).toBe('CO.1~CO.2~CO.3~CO.4~CO.5~CO.6~CO.7~CO.8~CO.9~CO.10~CO.11~CO.12');
    expect(await first('names')).toMatch(/^As of date~Entity identifier~Has LEI been used .*~Reporting status$/);
    expect(await first('none')).toBe(`${DATE}~BANK~~~~~~~~~~`);
  });

  it.each(['\u0007', '\n', '\r', '~', '\u0085', '\ud800'])('is not written with %j in a value', async (character) => {
    const row = { 'A3.3': 'AGR-1', 'A3.13': `Secret${character}Name`, lex_id: 'mac-1', namespace: 'mac' };

    const writing = write('A-3', PLAIN_FORMAT, [row]);

    await expect(writing).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { lex_id: 'mac-1' } });
    await expect(writing).rejects.not.toThrow('Secret');
  });

  it('counts values that read like the text for what does not apply', async () => {
    const lines = new FlatLines('CP', DATE, { ...PLAIN_FORMAT, notApplicable: 'N/A' });

    expect(lines.line(rowOf({ 'CP.2': 'a', 'CP.4': 'N/A' }))).toBe(`${DATE}~a~N/A~N/A${'~N/A'.repeat(8)}\n`);
    expect(lines.ambiguous).toBe(1);
  });
});

describe('reading back', () => {
  it('finds nothing in a right file', async () => {
    expect(await check(`${HEADER}\n${line()}\n`)).toMatchObject({ rows: 1, faults: [] });
  });

  it.each([
    ['a column too many', line({ 3: 'a~b' }), 'file', null, 'has 21 columns where there are 20'],
    ['a column too few', line().slice(0, -1), 'file', null, 'has 19 columns where there are 20'],
    ['an empty line', '', 'file', null, 'has 1 columns where there are 20'],
    ['a control character', line({ 13: 'N', 16: 'Jo\u0007hn' }), 'file', 'A3.13', 'holds a control character'],
    ['another date', line({ 0: '2021-10-21' }), 'file', 'A3.1', 'is not 2021-10-20'],
    ['a date of another form', line({ 4: '01/02/2003' }), 'value', 'A3.5', 'is no day of the calendar as YYYY-MM-DD'],
    ['a day that is none', line({ 4: '2003-02-29' }), 'value', 'A3.5', 'is no day of the calendar as YYYY-MM-DD'],
    ['a text too long', line({ 3: 'é'.repeat(51) }), 'value', 'A3.4', 'has 51 characters where 50 are allowed'],
    ['a flag that is none', line({ 8: 'X' }), 'value', 'A3.8', 'is not Y or N'],
    ['no agreement identifier', line({ 2: '' }), 'value', 'A3.3', 'is empty'],
  ] as const)('finds %s, and tells the line and the field', async (_, wrong, kind, field, problem) => {
    const { faults } = await check(`${HEADER}\n${line()}\n${wrong}\n${line()}\n`, { rows: 3 });

    expect(faults).toEqual([expect.objectContaining({ line: 3, kind, field, problem })]);
  });

  it('counts characters, not bytes nor halves of pairs', async () => {
    expect(await check(`${HEADER}\n${line({ 3: '🏦'.repeat(50) })}\n`)).toMatchObject({ faults: [] });
  });

  it.each([
    ['a row too few', `${HEADER}\n${line()}\n`, 'has 1 rows where 2 were published'],
    ['a row too many', `${HEADER}\n${`${line()}\n`.repeat(3)}`, 'has 3 rows where 2 were published'],
    ['no end of the last line', `${HEADER}\n${line()}\n${line()}`, 'ends in the middle of a line'],
    ['no header row', `${line()}\n${line()}\n${line()}\n`, 'is not the header row'],
    [
      'bytes that are no UTF-8',
      Buffer.from(`${HEADER}\n${line()}\n${line({ 3: '\u00ff' })}\n`, 'latin1'),
      'is not UTF-8',
    ],
    ['a character cut in two at the end', Buffer.from(`${line()}é`).subarray(0, -1), 'is not UTF-8'],
    ['nothing', '', 'has no header row'],
  ] as const)('finds %s', async (_, wrong, problem) => {
    const { faults, faultCounts } = await check(wrong, { rows: 2 });

    expect(faultCounts.file).toBeGreaterThan(0);
    expect(faults.map((fault) => fault.problem)).toContain(problem);
  });

  it('finds a line that ends otherwise than the others', async () => {
    const format = { ...PLAIN_FORMAT, lineEnd: 'crlf' } as const;

    expect((await check(`${HEADER}\r\n${line()}\n`, { format })).faults).toEqual([
      { line: 2, kind: 'file', field: null, key: null, problem: 'does not end in CR LF' },
    ]);
    expect((await check(`${HEADER}\n${line()}\r\n`)).faults).toMatchObject([
      { line: 2, field: 'A3.16', problem: 'holds a control character' },
    ]);
  });

  it('finds an entity that stands twice in a master table, or out of its order', async () => {
    const format = { ...PLAIN_FORMAT, header: 'none' } as const;
    const text = ['b', 'b', 'a'].map((id) => `${DATE}~${id}~~~~~~101.123~~~~REN\n`).join('');

    const { faults } = await check(text, { table: 'CO', format, rows: 3 });

    expect(faults.filter(({ field }) => field === 'CO.2')).toMatchObject([
      { line: 2, key: 'b', problem: 'stands twice' },
      { line: 3, key: 'a', problem: 'is out of order' },
    ]);
    expect(faults.filter(({ field }) => field === 'CO.8')).toHaveLength(3);
  });

  it('never repeats a value, and keeps the first faults of many with their number', async () => {
    const wrong = line({ 16: `Secret ${'x'.repeat(200)}` });

    const { faults, faultCounts } = await check(`${HEADER}\n${`${wrong}\n`.repeat(50)}`, { rows: 50 });

    expect(faults).toHaveLength(20);
    expect(faultCounts).toEqual({ file: 0, value: 50 });
    expect(JSON.stringify(faults)).not.toContain('Secret');
  });
});
