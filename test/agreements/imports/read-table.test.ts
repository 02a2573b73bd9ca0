import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvScanner } from '../../../src/agreements/imports/csv-scanner.ts';
import { type ImportLine, readTable } from '../../../src/agreements/imports/read-table.ts';

const COLUMNS = [
  { names: ['CO.2', 'Entity identifier'], isNeeded: true },
  { names: ['CO.3', 'Has LEI been used for entity identifier?'], isNeeded: false },
];

/** The file in pieces of 3 bytes, so that characters and line ends are torn apart. */
function* pieces(file: string | Buffer): Generator<Buffer> {
  const bytes = Buffer.from(file);
  for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3);
}

async function read(file: string | Buffer) {
  const lines: (ImportLine<unknown> | { readonly line: number; readonly cells: object })[] = [];
  for await (const line of readTable(pieces(file), COLUMNS, 'co.csv')) {
    lines.push(line.ok ? { line: line.line, cells: Object.fromEntries(line.item) } : line);
  }
  return lines;
}

describe('readTable', () => {
  it.each([
    ['field numbers', 'CO.2,CO.3\nA,Y\n'],
    ['official names', 'Entity identifier,Has LEI been used for entity identifier?\nA,Y\n'],
    [
      'official names in other case, blanks and order',
      'has LEI  been used for Entity Identifier , entity identifier\nY,A',
    ],
    ['other columns between', 'x,CO.2,,CO.3\n1,A,2,Y\n'],
    ['a byte order mark and CRLF', '\ufeffCO.2,CO.3\r\nA,Y\r\n'],
    ['CR alone', 'CO.2,CO.3\rA,Y\r'],
    ['quoted cells', '"CO.2","CO.3"\n"A","Y"\n'],
    ['tildes', 'CO.2~CO.3\nA~Y\n'],
    ['tildes and quotes', '"CO.2"~"CO.3"\n"A"~"Y"\n'],
    ['blank lines', '\n\nCO.2,CO.3\n\nA,Y\n\n'],
  ])('reads %s', async (_what, file) => {
    expect(await read(file)).toMatchObject([{ cells: { 'CO.2': 'A', 'CO.3': 'Y' } }]);
  });

  it('reads commas, quotes and line ends in quoted cells, and says where the record begins', async () => {
    expect(await read('CO.2,CO.3\n"A, ""B""\r\nC",é😀\nD,E')).toEqual([
      { line: 2, cells: { 'CO.2': 'A, "B"\r\nC', 'CO.3': 'é😀' } },
      { line: 4, cells: { 'CO.2': 'D', 'CO.3': 'E' } },
    ]);
  });

  it('takes quotes between tildes as they stand', async () => {
    expect(await read('CO.2~CO.3\nFoo "Bar", Inc.~"\n')).toEqual([
      { line: 2, cells: { 'CO.2': 'Foo "Bar", Inc.', 'CO.3': '"' } },
    ]);
  });

  it('refuses a broken line and goes on with the next', async () => {
    expect(await read('CO.2,CO.3\nA,b"c\nD,"e" f\nG,H,I\nJ\nK,L\n')).toMatchObject([
      { ok: false, refusal: { line: 2, column: 'CO.3', reason: expect.stringContaining('quote') } },
      { ok: false, refusal: { line: 3, column: 'CO.3' } },
      { ok: false, refusal: { line: 4, column: '', reason: 'Expected 2 columns as in the header, found 3.' } },
      { ok: false, refusal: { line: 5, column: '', reason: 'Expected 2 columns as in the header, found 1.' } },
      { line: 6, cells: { 'CO.2': 'K', 'CO.3': 'L' } },
    ]);
  });

  it('reads the lines by themselves that a stray quote has swallowed up to the next one', async () => {
    expect(await read('CO.2,CO.3\nA,"b\nC,d\nE,"f, g"\nH,i\n')).toMatchObject([
      { ok: false, refusal: { line: 2, column: 'CO.3' } },
      { line: 3, cells: { 'CO.2': 'C', 'CO.3': 'd' } },
      { line: 4, cells: { 'CO.2': 'E', 'CO.3': 'f, g' } },
      { line: 5, cells: { 'CO.2': 'H', 'CO.3': 'i' } },
    ]);
  });

  it('tells of columns that it does not read, and of those that are not there', async () => {
    const gaps: object[] = [];
    const lines = readTable([Buffer.from('CO.2,CO.33,colour\nA,Y,red\n')], COLUMNS, 'co.csv', (gap) => gaps.push(gap));
    await Array.fromAsync(lines);
    expect(gaps).toEqual([{ unread: ['CO.33', 'colour'], absent: ['CO.3'] }]);
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['an empty file', '', /no header row/],
    ['blank lines alone', '\n\n\n', /no header row/],
    [
      'a needed column missing',
      'CO.3,CO.4\nY,Z',
      /CO\.2 \/ Entity identifier is missing: the first line is "CO\.3,CO\.4"\.$/,
    ],
    ['no header', '529900T8BM49AURSDO55,Y\nB,N', /is missing: the first line is "529900/],
    ['another table', 'CP.2,CP.4\nY,Z', /it looks like the Counterparty master table \(--cp\)/],
    ['semicolons', 'CO.2;CO.3\nA;Y', /separated by `;`, and only `,` and `~` are read/],
    ['tabs', 'CO.2\tCO.3\nA\tY', /separated by tabs/],
    ['UTF-16 with a mark', Buffer.from('\ufeffCO.2\nA\n', 'utf16le'), /it is UTF-16; only UTF-8 is read/],
    ['UTF-16 without a mark', Buffer.from('CO.2\nA\n', 'utf16le'), /it is UTF-16/],
    ['a column under both names', 'CO.2,Entity identifier\nA,B', /is there twice/],
    ['a quote that does not end', 'CO.2,CO.3\nA,"b\nC,D\n', /quoted cell of CO\.3 that begins in line 2 does not end/],
    ['a quote that does not end for a megabyte', `CO.2\n"${'x\n'.repeat(1_100_000)}`, /begins in line 2 does not end/],
    ['another encoding', Buffer.from('CO.2\nSoci\xe9t\xe9\n', 'latin1'), /not UTF-8 in line 2; only/],
    ['a cut character at the end', Buffer.from('CO.2\né').subarray(0, -1), /not UTF-8 in line 2;/],
  ])('refuses the whole file for %s', async (_what, file, message) => {
    await expect(read(file)).rejects.toMatchObject({ code: 'INPUT_INVALID', what: expect.stringMatching(message) });
  });
});

describe('CsvScanner', () => {
  it('reads what csv-parse reads, however the text is cut into pieces', () => {
    const cell = fc.string({ unit: fc.constantFrom(...'ab ,"~\n\r😀') });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 });
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 7 }), (rows, lineEnd, size) => {
        const quoted = rows
          .map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(','))
          .join(lineEnd);
        const characters = [...quoted];
        const scanner = new CsvScanner(',', true);
        const records = [];
        for (let at = 0; at < characters.length; at += size) {
          records.push(...scanner.push(characters.slice(at, at + size).join('')));
        }
        records.push(...scanner.end());

        expect(records.map((record) => record.ok && record.cells)).toEqual(
          parse(quoted, { relax_column_count: true, record_delimiter: lineEnd }),
        );
      }),
    );
  });
});
