/**
 * Splits a table of text into records. Strict as RFC 4180, with any line end (CRLF, LF, CR), and told apart from csv-parse
 * by what it does with a broken line: that line alone is refused and the next one is read, so that a stray quote never
 * swallows the lines that follow it.
 */

export type CsvRecord =
  | { readonly ok: true; readonly line: number; readonly cells: readonly string[] }
  /** `cell`: index of the broken one. */
  | { readonly ok: false; readonly line: number; readonly cell: number };

/** A quoted cell is still open at the end of the text, or after {@link MAX_RECORD_LENGTH}. */
export class UnclosedQuote extends Error {
  readonly line: number;
  constructor(line: number) {
    super(`The quoted cell that begins in line ${line} does not end.`);
    this.line = line;
  }
}

/** UTF-16 units; longer records are an unclosed quote. */
const MAX_RECORD_LENGTH = 1024 * 1024;

/** `plain` and `quoted`: inside a cell; `closed`: after its closing quote; `broken`: until the line ends. */
type State = 'start' | 'plain' | 'quoted' | 'closed' | 'broken';

export class CsvScanner {
  readonly #delimiter: string;
  /** `null`: quotes are ordinary characters. */
  readonly #quote: string | null;
  #state: State = 'start';
  #cells: string[] = [];
  #cell = '';
  #length = 0;
  #line = 1;
  #firstLine = 1;
  #afterReturn = false;

  constructor(delimiter: string, hasQuotes: boolean) {
    this.#delimiter = delimiter;
    this.#quote = hasQuotes ? '"' : null;
  }

  /** The records that `text` completes. Blank lines are none. @throws UnclosedQuote */
  *push(text: string): Generator<CsvRecord> {
    for (const character of text) {
      if (character === '\n' && this.#afterReturn) {
        this.#afterReturn = false;
        if (this.#state === 'quoted') this.#cell += character;
        continue;
      }
      this.#afterReturn = character === '\r';
      const isLineEnd = character === '\n' || character === '\r';
      if (isLineEnd) this.#line += 1;
      if (isLineEnd && this.#state !== 'quoted') yield* this.#endRecord();
      else this.#take(character);
    }
  }

  /** The last record, when no line end closed it. @throws UnclosedQuote */
  *end(): Generator<CsvRecord> {
    if (this.#state === 'quoted') throw new UnclosedQuote(this.#firstLine);
    yield* this.#endRecord();
  }

  #take(character: string): void {
    this.#length += 1;
    if (this.#length > MAX_RECORD_LENGTH) throw new UnclosedQuote(this.#firstLine);
    if (this.#state === 'broken') return;
    if (this.#state === 'quoted') {
      if (character === this.#quote) this.#state = 'closed';
      else this.#cell += character;
    } else if (character === this.#delimiter) {
      this.#endCell();
    } else if (character === this.#quote) {
      this.#takeQuote(character);
    } else if (this.#state === 'closed') {
      this.#state = 'broken';
    } else {
      this.#cell += character;
      this.#state = 'plain';
    }
  }

  /** At the start of a cell it opens; after a closing quote it is a quote in the cell; in a plain cell it breaks the line. */
  #takeQuote(character: string): void {
    if (this.#state === 'start') {
      this.#state = 'quoted';
    } else if (this.#state === 'closed') {
      this.#cell += character;
      this.#state = 'quoted';
    } else {
      this.#state = 'broken';
    }
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'start';
  }

  *#endRecord(): Generator<CsvRecord> {
    const isBroken = this.#state === 'broken';
    const cell = this.#cells.length;
    if (!isBroken) this.#endCell();
    const cells = this.#cells;
    const line = this.#firstLine;
    const isBlank = cells.length === 1 && this.#length === 0;
    this.#cells = [];
    this.#cell = '';
    this.#state = 'start';
    this.#length = 0;
    this.#firstLine = this.#line;
    if (isBroken) yield { ok: false, line, cell };
    else if (!isBlank) yield { ok: true, line, cells };
  }
}
