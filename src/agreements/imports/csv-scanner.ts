/**
 * Splits a table of text into records. Strict as RFC 4180, with any line end (CRLF, LF, CR), and told apart from csv-parse
 * by what it does with a broken line: that line alone is refused and the next one is read, so that a stray quote never
 * swallows the lines that follow it. Cells are found by searching, and only those that somebody wants become texts: a line
 * of GLEIF has 300 columns.
 */

export type CsvRecord =
  | { readonly ok: true; readonly line: number; readonly cells: readonly string[] }
  /** `cell`: index of the broken one. */
  | { readonly ok: false; readonly line: number; readonly cell: number };

/** A quoted cell is still open at the end of the text, or after {@link MAX_RECORD_LENGTH}. */
export class UnclosedQuote extends Error {
  /** Where the record begins. */
  readonly line: number;
  /** Index of the cell. */
  readonly cell: number;
  constructor(line: number, cell: number) {
    super(`The quoted cell that begins in line ${line} does not end.`);
    this.line = line;
    this.cell = cell;
  }
}

/** UTF-16 units; longer records are an unclosed quote. */
const MAX_RECORD_LENGTH = 1024 * 1024;

const LINE_ENDS = /\r\n|\n|\r/g;
const LF = 0x0a;
const CR = 0x0d;
/** No character: a position behind the text. */
const NONE = -1;

export class CsvScanner {
  /** Whether to hand out a cell, by its index; the others come out empty. `null`: all. */
  wanted: readonly boolean[] | null = null;
  readonly #delimiter: number;
  /** {@link NONE}: quotes are ordinary characters. */
  readonly #quote: number;
  /** What was not yet read, from the beginning of a record on. */
  #text = '';
  /** What came since. */
  #added = '';
  #at = 0;
  /** The next of each from `#at` on, or behind the text. Kept, so that a text without any is searched once. */
  #nextLineFeed = NONE;
  #nextReturn = NONE;
  #isEnd = false;
  #line = 1;
  /** Index of the quoted cell that ended last, or that is still open. */
  #quotedCell = 0;
  #afterReturn = false;

  constructor(delimiter: string, hasQuotes: boolean) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = hasQuotes ? 0x22 : NONE;
  }

  /** The records that `text` completes. Blank lines are none. @throws UnclosedQuote */
  *push(text: string): Generator<CsvRecord> {
    this.#added += text;
    // A record that is incomplete is read again from its beginning: only when there is as much again, or small pieces of a
    // long one would take for ever.
    if (this.#added.length < this.#text.length - this.#at) return;
    yield* this.#readAdded();
    if (this.#text.length - this.#at > MAX_RECORD_LENGTH) throw new UnclosedQuote(this.#line, this.#quotedCell);
  }

  /** The line that the text ends in, so far. */
  lastLine(): number {
    const unread = this.#text.slice(this.#at) + this.#added;
    return this.#line + (unread.match(LINE_ENDS)?.length ?? 0);
  }

  /** The last record, when no line end closed it. @throws UnclosedQuote */
  *end(): Generator<CsvRecord> {
    this.#isEnd = true;
    yield* this.#readAdded();
  }

  *#readAdded(): Generator<CsvRecord> {
    this.#text = this.#text.slice(this.#at) + this.#added;
    this.#added = '';
    this.#at = 0;
    this.#nextLineFeed = NONE;
    this.#nextReturn = NONE;
    yield* this.#records();
  }

  *#records(): Generator<CsvRecord> {
    while (this.#at < this.#text.length) {
      if (this.#afterReturn && this.#text.charCodeAt(this.#at) === LF) this.#at += 1;
      this.#afterReturn = false;
      const start = this.#at;
      if (start === this.#text.length) return;
      const record = this.#readRecord();
      if (record === 'incomplete') {
        this.#at = start;
        return;
      }
      if (this.#at - start > MAX_RECORD_LENGTH) throw new UnclosedQuote(record.line, this.#quotedCell);
      if (!this.#isBlank(start)) yield record;
    }
  }

  /** The line end alone was read. */
  #isBlank(start: number): boolean {
    const first = this.#text.charCodeAt(start);
    return this.#at === start + 1 && (first === LF || first === CR);
  }

  /** Moves behind the record and its line end, unless it is incomplete. */
  #readRecord(): CsvRecord | 'incomplete' {
    const text = this.#text;
    const wanted = this.wanted;
    const line = this.#line;
    const cells: string[] = [];
    let innerLines = 0;
    for (let at = this.#at; ; at += 1) {
      const isWanted = wanted === null || wanted[cells.length] === true;
      let end: number;
      if (text.charCodeAt(at) === this.#quote) {
        this.#quotedCell = cells.length;
        end = this.#closingQuote(at + 1);
        if (end === NONE && this.#isEnd) throw new UnclosedQuote(line, cells.length);
        if (end === NONE) return 'incomplete';
        innerLines += this.#countLineEnds(at, end);
        cells.push(isWanted ? this.#unquote(at + 1, end) : '');
        end += 1;
      } else {
        end = this.#endOfPlain(at);
        cells.push(isWanted ? text.slice(at, end) : '');
      }
      if (end === text.length && !this.#isEnd) return 'incomplete';
      const next = end === text.length ? LF : text.charCodeAt(end);
      if (next === this.#delimiter) {
        at = end;
        continue;
      }
      const isBroken = next !== LF && next !== CR;
      // A stray quote has taken the next one, lines further down, for its end: those lines are read by themselves.
      const lineEnd = isBroken ? this.#firstLineEnd(this.#at) : end;
      if (lineEnd === text.length && !this.#isEnd) return 'incomplete';
      this.#afterReturn = text.charCodeAt(lineEnd) === CR;
      this.#at = lineEnd + 1;
      this.#line += isBroken ? 1 : 1 + innerLines;
      return isBroken ? { ok: false, line, cell: cells.length - 1 } : { ok: true, line, cells };
    }
  }

  /** {@link NONE}: not there, or not known yet whether it is one or the first of two. */
  #closingQuote(from: number): number {
    const text = this.#text;
    for (let at = from; ; ) {
      const quote = text.indexOf('"', at);
      if (quote === -1 || (quote + 1 === text.length && !this.#isEnd)) return NONE;
      if (text.charCodeAt(quote + 1) !== this.#quote) return quote;
      at = quote + 2;
    }
  }

  #unquote(from: number, to: number): string {
    const cell = this.#text.slice(from, to);
    return cell.includes('"') ? cell.replaceAll('""', '"') : cell;
  }

  /** Where a delimiter, a line end or a quote stands, or the text ends. */
  #endOfPlain(from: number): number {
    const text = this.#text;
    for (let at = from; at < text.length; at += 1) {
      const character = text.charCodeAt(at);
      if (character === this.#delimiter || character === LF || character === CR || character === this.#quote) return at;
    }
    return text.length;
  }

  #firstLineEnd(from: number): number {
    const text = this.#text;
    for (let at = from; at < text.length; at += 1) {
      const character = text.charCodeAt(at);
      if (character === LF || character === CR) return at;
    }
    return text.length;
  }

  #countLineEnds(from: number, to: number): number {
    this.#search(from);
    if (Math.min(this.#nextLineFeed, this.#nextReturn) >= to) return 0;
    return this.#text.slice(from, to).match(LINE_ENDS)?.length ?? 0;
  }

  #search(from: number): void {
    if (this.#nextLineFeed < from) this.#nextLineFeed = this.#find('\n', from);
    if (this.#nextReturn < from) this.#nextReturn = this.#find('\r', from);
  }

  #find(character: string, from: number): number {
    const found = this.#text.indexOf(character, from);
    return found === -1 ? this.#text.length : found;
  }
}
