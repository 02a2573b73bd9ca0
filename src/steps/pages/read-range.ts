/**
 * Reads a stretch of a listing that may change between two requests, so that it is proven to be without a hole: every
 * answer must begin at or below the last id that is known. Rows of one answer were neighbours when it was given, so what
 * joins by ids covers its id range, whatever came or went meanwhile.
 */
import { compareBytes } from '../../agreements/byte-order.ts';
import { readDocument } from '../../agreements/extract-id.ts';
import { LexdeltaError, PermanentError, TransientError } from '../../errors.ts';
import type { RowsAnswer } from '../../lex/lex-source.ts';
import { outOfOrder, type RowClassifier } from './classify-rows.ts';

/** Rows are classified in stretches of about this many bytes, each beside one range of fingerprints. */
const STRETCH_BYTES = 4 * 1024 * 1024;
/** Answers in a row that bring nothing new: enough to step back 2^20 rows by doubling, and a bound for a hostile Lex. */
const MAX_FRUITLESS_ANSWERS = 24;

export interface RangeToRead {
  readonly namespace: string;
  readonly idField: string;
  /** Where the first request begins. */
  readonly offset: number;
  /**
   * Id that the rows must join: those above it are taken. `undefined`: the first row is the joint (offset 0: all rows are
   * taken).
   */
  readonly after?: string;
  /** How many rows to take; reading may end before, at the end of the listing or above the classifier's `until`. */
  readonly rows: number;
  /** Rows per request at most. */
  readonly maxLimit: number;
}

export interface RangeRead {
  /** The joint: rows above it were taken. `null`: from −∞. */
  readonly after: string | null;
  readonly ending: 'end-of-listing' | 'passed-until' | 'enough' | 'nothing-there';
  readonly totalDocs: number | null;
}

/** Asks Lex once; the first request may have been sent ahead. */
export type AskRows = (offset: number, limit: number) => Promise<RowsAnswer>;

/** What one answer has brought. */
interface Taken {
  readonly rows: number;
  /** False: the answer begins above the last known id, or with rows that name none. Nothing was taken. */
  readonly isJoined: boolean;
  /** As many rows as were asked for: more may follow. */
  readonly isFull: boolean;
  /** Lex named a total beyond these rows in the same answer. */
  readonly isMoreNamed: boolean;
}

/**
 * @throws PermanentError `LEX_OUT_OF_ORDER`; `LEX_ANSWER_INVALID`: a page of rows that are no documents
 * @throws TransientError `LEX_PAGE_SHORT`: Lex gives too little to join its answers; and as `LexSource.readRows`
 */
export async function readRange(range: RangeToRead, ask: AskRows, classifier: RowClassifier): Promise<RangeRead> {
  return new RangeReader(range, ask, classifier).read();
}

class RangeReader {
  readonly #range: RangeToRead;
  readonly #ask: AskRows;
  readonly #classifier: RowClassifier;
  #offset: number;
  /** Rows still wanted, counted by the classifier. */
  #wanted: number;
  /** Rows at the beginning of the next answer that are known already, as far as the listing has not moved. */
  #overlap: number;
  #stepBack = 1;
  #after: string | null;
  #hasBegun: boolean;
  #totalDocs: number | null = null;

  constructor(range: RangeToRead, ask: AskRows, classifier: RowClassifier) {
    this.#range = range;
    this.#ask = ask;
    this.#classifier = classifier;
    this.#offset = range.offset;
    this.#wanted = range.rows;
    this.#overlap = range.offset === 0 ? 0 : 1;
    this.#after = range.after ?? null;
    this.#hasBegun = range.after !== undefined;
    if (range.after !== undefined) classifier.startAfter(range.after, null);
  }

  async read(): Promise<RangeRead> {
    const classifier = this.#classifier;
    let fruitless = 0;
    for (let answers = 0; fruitless < MAX_FRUITLESS_ANSWERS && answers < this.#maxAnswers; answers += 1) {
      fruitless += 1;
      const before = classifier.rows;
      const taken = await this.#takeAnswer();
      if (taken.rows === 0 && this.#offset === 0) return this.#result('end-of-listing');
      if (taken.rows === 0 && !this.#hasBegun) return this.#result('nothing-there');
      if (!taken.isJoined) {
        this.#goBack();
        continue;
      }
      this.#hasBegun = true;
      if (classifier.hasPassedUntil) return this.#result('passed-until');
      if (classifier.rows >= this.#wanted && classifier.lastId !== null) return this.#result('enough');
      if (classifier.rows > before) fruitless = 0;
      else if (taken.rows === this.#knownAtEnd) {
        const ending = taken.isFull ? null : await this.#whatFollows(this.#offset + taken.rows);
        if (ending === 'enough' || (ending !== null && !taken.isMoreNamed)) return this.#result(ending);
        if (classifier.rows >= this.#wanted) throw noJoint(this.#range);
      }
      this.#goOn(taken.rows);
    }
    const { namespace } = this.#range;
    const what = `Lex gives too few rows at once to join its answers in the namespace \`${namespace}\`.`;
    throw new TransientError('LEX_PAGE_SHORT', what, { namespace, offset: this.#offset });
  }

  #result(ending: RangeRead['ending']): RangeRead {
    return { after: this.#after, ending, totalDocs: this.#totalDocs };
  }

  /** Every useful answer brings a row. */
  get #maxAnswers(): number {
    return this.#wanted + MAX_FRUITLESS_ANSWERS;
  }

  /** Rows that an answer from the last row that names its document holds at least. */
  get #knownAtEnd(): number {
    const { trailing, lastId } = this.#classifier;
    return lastId === null ? trailing : trailing + 1;
  }

  /** The next answer begins at the last row that names its document, which is known then. */
  #goOn(rows: number): void {
    const behind = Math.min(rows, this.#knownAtEnd);
    this.#offset += rows - behind;
    this.#overlap = behind;
    this.#stepBack = 1;
  }

  #goBack(): void {
    const steps = Math.min(this.#stepBack, this.#offset);
    this.#offset -= steps;
    this.#stepBack *= 2;
    if (this.#hasBegun) {
      this.#overlap += steps;
      return;
    }
    // A page that must begin further back still ends where it would have ended. From the very first row it has no joint.
    this.#overlap = this.#offset === 0 ? 0 : 1;
    this.#wanted += steps + 1 - this.#overlap;
  }

  /** Only the last row came: is that the end, or does Lex give one row at a time? `null`: something follows. */
  async #whatFollows(offset: number): Promise<'end-of-listing' | 'enough' | null> {
    try {
      const { rows } = await this.#ask(offset, 1);
      for await (const block of rows) if (block.length > 0) return null;
      return 'end-of-listing';
    } catch (error) {
      // Lex names more than it gives: what was read stands, the end is not proven.
      const isShort = error instanceof LexdeltaError && error.code === 'LEX_PAGE_SHORT';
      if (isShort && this.#classifier.lastId !== null) return 'enough';
      throw error;
    }
  }

  async #takeAnswer(): Promise<Taken> {
    const limit = Math.max(1, Math.min(this.#range.maxLimit, this.#overlap + this.#wanted - this.#classifier.rows));
    const answer = await this.#ask(this.#offset, limit);
    this.#totalDocs = answer.totalDocs ?? this.#totalDocs;
    this.#classifier.dropTrailing();
    this.#classifier.isArray = answer.isArray;
    const head = new AnswerHead(this.#range, this.#offset === 0, this.#hasBegun, this.#classifier);
    let count = 0;
    let stretch: Buffer[] = [];
    let bytes = 0;
    for await (const block of answer.rows) {
      for (const row of block) {
        count += 1;
        if (head.isOpen) stretch.push(...head.take(row));
        else stretch.push(row);
        bytes += row.length;
        if (head.isBroken) return { rows: count, isJoined: false, isFull: false, isMoreNamed: false };
      }
      if (bytes < STRETCH_BYTES) continue;
      await this.#classifier.add(stretch);
      stretch = [];
      bytes = 0;
      if (this.#classifier.hasPassedUntil) break;
    }
    stretch.push(...head.close());
    if (stretch.length > 0 && !this.#classifier.hasPassedUntil) await this.#classifier.add(stretch);
    if (head.joint !== null) this.#after = head.joint;
    const isMoreNamed = (answer.totalDocs ?? 0) > this.#offset + count;
    return { rows: count, isJoined: head.isJoined, isFull: count >= limit, isMoreNamed };
  }
}

function noJoint({ namespace, offset }: RangeToRead): PermanentError {
  const what = `No row of a page of \`${namespace}\` names its document, so nothing can be joined to it.`;
  return new PermanentError('LEX_ANSWER_INVALID', what, { namespace, offset });
}

/** The first rows of an answer: whether it joins, and what of it is known already. */
class AnswerHead {
  isOpen = true;
  isJoined: boolean;
  /** Nothing of this answer may be taken. */
  isBroken = false;
  /** The id that a page begins behind. */
  joint: string | null = null;
  readonly #range: RangeToRead;
  readonly #classifier: RowClassifier;
  readonly #hasBegun: boolean;
  #before: string | null = null;
  /** Rows without a readable id: known or new, as the next id tells. */
  #held: Buffer[] = [];

  constructor(range: RangeToRead, isFromStart: boolean, hasBegun: boolean, classifier: RowClassifier) {
    this.#range = range;
    this.#classifier = classifier;
    this.#hasBegun = hasBegun;
    this.isJoined = isFromStart; // Nothing can have been missed below the very first row.
    if (isFromStart && classifier.lastId === null) this.isOpen = false;
  }

  /** @returns the rows that are new */
  take(row: Buffer): readonly Buffer[] {
    const read = readDocument(row, this.#range);
    if (!read.ok) {
      if (this.isJoined) this.#held.push(row);
      else this.isBroken = !this.#hasBegun;
      return [];
    }
    const { id } = read;
    if (this.#before !== null && compareBytes(id, this.#before) < 0) {
      throw outOfOrder(this.#range.namespace, id, this.#before);
    }
    this.#before = id;
    return this.#hasBegun || this.isJoined ? this.#join(row, id) : this.#begin(row, id);
  }

  /** @returns rows that were held to the end */
  close(): readonly Buffer[] {
    return this.#held.splice(0);
  }

  #begin(row: Buffer, id: string): readonly Buffer[] {
    this.#classifier.startAfter(id, row);
    this.joint = id;
    this.isJoined = true;
    this.isOpen = false;
    return [];
  }

  #join(row: Buffer, id: string): readonly Buffer[] {
    const { lastId } = this.#classifier;
    const order = lastId === null ? 1 : compareBytes(id, lastId);
    if (order > 0) {
      this.isOpen = false;
      this.isBroken = !this.isJoined;
      return [...this.#held.splice(0), row];
    }
    this.#held = [];
    this.isJoined = true;
    if (order === 0) {
      this.#classifier.meetLastAgain(row);
      this.isOpen = false;
    }
    return [];
  }
}
