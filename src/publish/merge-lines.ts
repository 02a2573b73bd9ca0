/** Sorted files of lines, merged into one: holds a block of text and one parsed line of each. */
import { Cursor } from './cursor.ts';
import { lineBatches, parseLine } from './lines.ts';

/** A file of lines. */
export interface LineSource {
  /** What an error calls it. */
  readonly name: string;
  readonly blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** First lines that are no part of the order. */
  readonly skip?: number;
}

export interface LineOrder<T> {
  readonly parse: (line: string) => T;
  /** Each file is ascending by it. */
  readonly compare: (a: T, b: T) => number;
}

interface Reader<T> {
  readonly name: string;
  readonly lines: Cursor<string>;
  /** Of the line that `value` was made of, from 1. */
  number: number;
  value: T;
}

export class MergedLines<T> {
  readonly #order: LineOrder<T>;
  /** Descending: the last one holds the next line. */
  readonly #readers: Reader<T>[] = [];
  /** Of all files: one whose line cannot be parsed is no reader any more, and is let go of all the same. */
  readonly #opened: Cursor<string>[] = [];

  private constructor(order: LineOrder<T>) {
    this.#order = order;
  }

  /** @throws PermanentError `STORE_CORRUPT` naming file and line, here and in {@link advance} */
  static async open<T>(sources: Iterable<LineSource>, order: LineOrder<T>): Promise<MergedLines<T>> {
    const merged = new MergedLines(order);
    try {
      for (const source of sources) await merged.#add(source);
    } catch (error) {
      await merged.close();
      throw error;
    }
    return merged;
  }

  /** The least line that is left; `null` at the end. */
  get head(): { readonly line: string; readonly value: T } | null {
    const reader = this.#readers.at(-1);
    return reader === undefined ? null : { line: reader.lines.head!, value: reader.value };
  }

  /** Leaves {@link head} behind. @returns a promise only where a block has to be read */
  advance(): Promise<void> | undefined {
    const reader = this.#readers.pop();
    if (reader === undefined) return undefined;
    const reading = reader.lines.advance();
    if (reading === undefined) return this.#enter(reader);
    return reading.then(() => this.#enter(reader));
  }

  /** Lets go of what is not read. */
  async close(): Promise<void> {
    this.#readers.length = 0;
    await Promise.all(this.#opened.splice(0).map((lines) => lines.close()));
  }

  async #add({ name, blocks, skip = 0 }: LineSource): Promise<void> {
    const lines = await Cursor.open(lineBatches(blocks, name));
    this.#opened.push(lines);
    for (let i = 0; i < skip; i += 1) await lines.advance();
    if (lines.head === null) return;
    const number = skip + 1;
    this.#insert({ name, lines, number, value: parseLine(lines.head, name, number, this.#order.parse) });
  }

  #enter(reader: Reader<T>): undefined {
    const { head } = reader.lines;
    if (head === null) return;
    reader.number += 1;
    reader.value = parseLine(head, reader.name, reader.number, this.#order.parse);
    this.#insert(reader);
  }

  #insert(reader: Reader<T>): void {
    const { compare } = this.#order;
    let low = 0;
    for (let high = this.#readers.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (compare(this.#readers[middle]!.value, reader.value) > 0) low = middle + 1;
      else high = middle;
    }
    this.#readers.splice(low, 0, reader);
  }
}
