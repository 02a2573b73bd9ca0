/** Reads a table of look-up data: UTF-8, a header row, `,` (RFC 4180) or `~` between columns. */
import { PermanentError } from '../../errors.ts';
import { excerpt } from '../table-a3/text.ts';
import { type CsvRecord, CsvScanner, UnclosedQuote } from './csv-scanner.ts';
import { decodeText, NotUtf8 } from './decode-text.ts';
import { refusalOf } from './import-rules.ts';
import { type ColumnNames, gapsOf, type Header, type HeaderGaps, readHeader, WrongHeader } from './read-header.ts';

/** Why a line was not taken. `line`: counted from 1, where the record begins. */
export interface Refusal {
  readonly line: number;
  /** The column's first name, for example `CO.4`; empty for the line as a whole, or for a column that is not read. */
  readonly column: string;
  /** A sentence about what was expected. */
  readonly reason: string;
  /** What stands there instead: the cell, cut, or how long it is; not given for what is not there, or is no cell. */
  readonly found?: string;
  /** Id of the import rule that it breaks; not given by files that have no rules of the regulation: aliases, laws. */
  readonly rule?: string;
}

export type ImportLine<T> =
  | { readonly ok: true; readonly line: number; readonly item: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** A line's cells by the first name of their column, untrimmed; only columns that were looked for and are there. */
export type Cells = ReadonlyMap<string, string>;

const MAX_FOUND = 40;

/** A cell as `Refusal.found` has it. */
export function foundCell(cell: string): string {
  return JSON.stringify(excerpt(cell, MAX_FOUND));
}

/** The header row must end within this. */
const MAX_HEADER_LENGTH = 65_536;

/**
 * The lines of the table, in order; blank lines are passed over. Other columns than those looked for are ignored.
 * @param file names the table in messages
 * @param onHeader told what of the columns is not read, or not there
 * @throws PermanentError `INPUT_INVALID`: not UTF-8, no header, a needed column missing, a column twice, an unclosed quote
 */
export async function* readTable(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  columns: readonly ColumnNames[],
  file: string,
  onHeader: (gaps: HeaderGaps) => void = () => undefined,
): AsyncGenerator<ImportLine<Cells>> {
  const place: { scanner: CsvScanner | null; header: Header | null } = { scanner: null, header: null };
  try {
    const text = decodeText(bytes);
    const head = await takeHead(text);
    const scanner = scannerFor(head);
    place.scanner = scanner;
    for await (const record of records(scanner, head, text)) {
      if (place.header !== null) yield readLine(record, place.header);
      else if (record.ok) {
        place.header = readHeader(record.cells, columns);
        scanner.wanted = place.header.names.map((name) => name !== null);
        onHeader(gapsOf(place.header, record.cells, columns));
      } else throw new WrongHeader('a quote stands in its header row where none may');
    }
  } catch (error) {
    const problem = problemOf(error, place);
    throw problem === null ? error : invalid(file, problem, error);
  }
  if (place.header === null) throw invalid(file, 'it has no header row');
}

/** The rest of a sentence; `null`: something else went wrong. */
function problemOf(
  error: unknown,
  { scanner, header }: { readonly scanner: CsvScanner | null; readonly header: Header | null },
): string | null {
  if (error instanceof WrongHeader) return error.message;
  if (error instanceof UnclosedQuote) {
    const column = header?.names[error.cell] ?? null;
    const cell = column === null ? 'the quoted cell' : `the quoted cell of ${column}`;
    return `${cell} that begins in line ${error.line} does not end`;
  }
  if (!(error instanceof NotUtf8)) return null;
  if (error.encoding !== null) return `it is ${error.encoding}; only UTF-8 is read`;
  return `it is not UTF-8 in line ${(scanner?.lastLine() ?? 1) + error.lineFeeds}; only UTF-8 is read`;
}

function readLine(record: CsvRecord, { length, names, known }: Header): ImportLine<Cells> {
  const { line } = record;
  if (!record.ok) {
    return { ok: false, refusal: refusalOf('IMPORT-quote', line, names[record.cell] ?? '') };
  }
  if (record.cells.length !== length) {
    const counts = { expected: length, found: record.cells.length };
    return { ok: false, refusal: refusalOf('IMPORT-columns', line, '', counts) };
  }
  const found = new Map<string, string>();
  for (const { name, index } of known) found.set(name, record.cells[index]!);
  return { ok: true, line, item: found };
}

/** Between `~`, quotes are ordinary characters, as in the regulator's flat files, unless the header itself is quoted. */
function scannerFor(head: string): CsvScanner {
  const firstLine = head.trimStart().split(/[\r\n]/, 1)[0]!;
  const delimiter = firstLine.includes('~') ? '~' : ',';
  return new CsvScanner(delimiter, delimiter === ',' || firstLine.startsWith('"'));
}

async function* records(
  scanner: CsvScanner,
  head: string,
  rest: AsyncGenerator<string, void, void>,
): AsyncGenerator<CsvRecord> {
  yield* scanner.push(head);
  for await (const text of rest) yield* scanner.push(text);
  yield* scanner.end();
}

/** The text up to the end of the first line with something on it, at least. */
async function takeHead(text: AsyncGenerator<string, void, void>): Promise<string> {
  let head = '';
  while (head.length < MAX_HEADER_LENGTH && !/\S[^\r\n]*[\r\n]/.test(head)) {
    const next = await text.next();
    if (next.done) break;
    head += next.value;
  }
  return head;
}

function invalid(file: string, problem: string, cause?: unknown): PermanentError {
  return new PermanentError('INPUT_INVALID', `${file} cannot be imported: ${problem}.`, {}, { cause });
}
