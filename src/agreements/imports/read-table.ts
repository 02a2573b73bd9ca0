/** Reads a table of look-up data: UTF-8, a header row, `,` (RFC 4180) or `~` between columns. */
import { PermanentError } from '../../errors.ts';
import { lawKey } from '../look-up-key.ts';
import { type CsvRecord, CsvScanner, UnclosedQuote } from './csv-scanner.ts';
import { refusalOf } from './import-rules.ts';

/** Why a line was not taken. `line`: counted from 1, where the record begins. */
export interface Refusal {
  readonly line: number;
  /** The column's first name, for example `CO.4`; empty for the line as a whole, or for a column that is not read. */
  readonly column: string;
  /** A sentence about what was expected; holds nothing of the cell. */
  readonly reason: string;
  /** Id of the import rule that it breaks; not given by files that have no rules of the regulation: aliases, laws. */
  readonly rule?: string;
}

export type ImportLine<T> =
  | { readonly ok: true; readonly line: number; readonly item: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** A column that somebody is looking for, by any of its names. The first is the one shown in messages. */
export interface ColumnNames {
  readonly names: readonly string[];
  readonly isNeeded: boolean;
}

/** A line's cells by the first name of their column, untrimmed; only columns that were looked for and are there. */
export type Cells = ReadonlyMap<string, string>;

/** The header row must end within this. */
const MAX_HEADER_LENGTH = 65_536;

/**
 * The lines of the table, in order; blank lines are passed over. Other columns than those looked for are ignored.
 * @param file names the table in messages
 * @throws PermanentError `INPUT_INVALID`: not UTF-8, no header, a needed column missing, a column twice, an unclosed quote
 */
export async function* readTable(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  columns: readonly ColumnNames[],
  file: string,
): AsyncGenerator<ImportLine<Cells>> {
  const text = decode(bytes, file);
  const head = await takeHead(text);
  const scanner = scannerFor(head);
  let header: Header | null = null;
  for await (const record of records(scanner, head, text, file)) {
    if (header !== null) yield readLine(record, header);
    else if (record.ok) {
      header = readHeader(record.cells, columns, file);
      scanner.wanted = header.names.map((name) => name !== null);
    } else throw invalid(file, 'a quote stands in its header row where none may');
  }
  if (header === null) throw invalid(file, 'it has no header row');
}

interface Header {
  readonly length: number;
  /** First name of the column, or `null` for one that nobody looks for. */
  readonly names: readonly (string | null)[];
  /** The columns that somebody looks for. */
  readonly known: readonly { readonly name: string; readonly index: number }[];
}

function readHeader(cells: readonly string[], columns: readonly ColumnNames[], file: string): Header {
  const names = cells.map(
    (cell) => columns.find((column) => column.names.some((name) => isSame(name, cell)))?.names[0],
  );
  for (const { names: known, isNeeded } of columns) {
    const count = names.filter((name) => name === known[0]).length;
    if (count > 1) throw invalid(file, `the column ${known.join(' / ')} is there twice`);
    if (count === 0 && isNeeded) throw invalid(file, `the column ${known.join(' / ')} is missing`);
  }
  const known = names.flatMap((name, index) => (name === undefined ? [] : [{ name, index }]));
  return { length: cells.length, names: names.map((name) => name ?? null), known };
}

function isSame(name: string, cell: string): boolean {
  return plain(name) === plain(cell);
}

function plain(name: string): string {
  return lawKey(lawKey(name).replace(/\?$/, ''));
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
  file: string,
): AsyncGenerator<CsvRecord> {
  try {
    yield* scanner.push(head);
    for await (const text of rest) yield* scanner.push(text);
    yield* scanner.end();
  } catch (error) {
    if (!(error instanceof UnclosedQuote)) throw error;
    throw invalid(file, `the quoted cell that begins in line ${error.line} does not end`, error);
  }
}

async function* decode(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true }); // Passes over a byte order mark.
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError && hasCode(error, 'ERR_ENCODING_INVALID_ENCODED_DATA')) {
      throw invalid(file, 'it is not UTF-8', error);
    }
    throw error;
  }
}

function hasCode(error: object, code: string): boolean {
  return 'code' in error && error.code === code;
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
