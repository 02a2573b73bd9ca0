/**
 * Reads a `~` file back and holds it to what is promised of it: every row, every column, every length. It shares the
 * declaration of the columns with the data package, and nothing with the code that writes lines.
 */
import { createHash } from 'node:crypto';
import type { FlatTable } from '../data-package.ts';
import { lineBatches } from '../lines.ts';
import { checkRow, type RowFault, rowChecks } from './check-flat-row.ts';
import { flatColumns, headerCells } from './flat-columns.ts';
import { type FlatFormat, LINE_ENDS, SEPARATOR } from './flat-format.ts';

export interface FlatExpectation {
  readonly table: FlatTable;
  readonly business_date: string;
  readonly format: FlatFormat;
  readonly rows: number;
}

export interface FlatFault extends RowFault {
  /** From 1, the header row included; `null`: of the file as a whole. */
  readonly line: number | null;
}

export interface CheckedFile {
  /** Without the header row. */
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** The first {@link MAX_FAULTS}. */
  readonly faults: readonly FlatFault[];
  readonly faultCounts: Readonly<Record<FlatFault['kind'], number>>;
}

/** Of a file that are kept: enough to see what is wrong. */
export const MAX_FAULTS = 20;
const CARRIAGE_RETURN = '\r';

/** Never throws over what the file holds: that is what it tells. */
export async function checkFlatFile(
  blocks: AsyncIterable<Uint8Array>,
  expected: FlatExpectation,
): Promise<CheckedFile> {
  const check = new FlatFileCheck(expected);
  const digest = createHash('sha256');
  let bytes = 0;
  async function* seen(): AsyncIterable<Uint8Array> {
    for await (const block of blocks) {
      digest.update(block);
      bytes += block.length;
      yield block;
    }
  }
  for await (const lines of lineBatches(ended(decodable(seen(), check), check), 'file')) {
    for (const line of lines) check.line(line);
  }
  return { ...check.end(), bytes, sha256: digest.digest('hex') };
}

/** Passes everything on, and tells of bytes that are no UTF-8, which reading as text would pass over. */
async function* decodable(blocks: AsyncIterable<Uint8Array>, check: FlatFileCheck): AsyncIterable<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let isRight = true;
  const decode = (block?: Uint8Array): void => {
    try {
      if (isRight) decoder.decode(block, { stream: block !== undefined });
    } catch {
      isRight = false;
      check.ofFile('is not UTF-8');
    }
  };
  for await (const block of blocks) {
    decode(block);
    yield block;
  }
  decode();
}

/** Ends a last line that has no end, and tells of it. */
async function* ended(blocks: AsyncIterable<Uint8Array>, check: FlatFileCheck): AsyncIterable<Uint8Array> {
  let last: number | undefined;
  for await (const block of blocks) {
    last = block.at(-1) ?? last;
    yield block;
  }
  if (last === undefined || last === 0x0a) return;
  check.ofFile('ends in the middle of a line');
  yield Buffer.from('\n');
}

class FlatFileCheck {
  readonly #expected: FlatExpectation;
  readonly #checks: ReturnType<typeof rowChecks>;
  readonly #header: string | null;
  readonly #hasCarriageReturn: boolean;
  readonly #faults: FlatFault[] = [];
  readonly #counts = { file: 0, value: 0 };
  #lines = 0;
  #rows = 0;

  constructor(expected: FlatExpectation) {
    const columns = flatColumns(expected.table, expected.format);
    this.#expected = expected;
    this.#checks = rowChecks(columns, expected.business_date);
    this.#header = headerCells(columns, expected.format)?.join(SEPARATOR) ?? null;
    this.#hasCarriageReturn = LINE_ENDS[expected.format.lineEnd] !== '\n';
  }

  line(text: string): void {
    this.#lines += 1;
    const line = this.#hasCarriageReturn && text.endsWith(CARRIAGE_RETURN) ? text.slice(0, -1) : text;
    if (this.#hasCarriageReturn && line === text) this.#add(this.#lines, ofFile('does not end in CR LF'));
    if (this.#lines === 1 && this.#header !== null) {
      if (line !== this.#header) this.#add(1, ofFile('is not the header row'));
      return;
    }
    this.#rows += 1;
    for (const fault of checkRow(line, this.#checks)) this.#add(this.#lines, fault);
  }

  ofFile(problem: string): void {
    this.#add(null, ofFile(problem));
  }

  end(): Pick<CheckedFile, 'rows' | 'faults' | 'faultCounts'> {
    if (this.#header !== null && this.#lines === 0) this.ofFile('has no header row');
    const { rows } = this.#expected;
    if (this.#rows !== rows) this.ofFile(`has ${this.#rows} rows where ${rows} were published`);
    return { rows: this.#rows, faults: this.#faults, faultCounts: this.#counts };
  }

  #add(line: number | null, fault: RowFault): void {
    this.#counts[fault.kind] += 1;
    if (this.#faults.length < MAX_FAULTS) this.#faults.push({ line, ...fault });
  }
}

function ofFile(problem: string): RowFault {
  return { kind: 'file', field: null, key: null, problem };
}
