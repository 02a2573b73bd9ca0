/** Where verification deals what belongs together into ranges, so that its memory does not follow the size of the table. */
import { lineBatches, parsedBatches } from '../lines.ts';
import { RangeFiles } from '../range-files.ts';

/** Room for files that is empty at the beginning, and is thrown away afterwards. */
export interface Scratch {
  append(name: string, bytes: Uint8Array): Promise<void>;
  /** What was appended, in its order; `null`: nothing was. */
  open(name: string): Promise<AsyncIterable<Buffer> | null>;
}

/** Lines that are held before they are put away: some 10 MB. */
const HELD_LINES = 50_000;

/** Lines of one kind, range by range in the order that they came in. */
export class DealtLines<T> {
  readonly #kind: string;
  readonly #ranges: number;
  readonly #scratch: Scratch;
  #held: RangeFiles;
  #count = 0;

  constructor(kind: string, ranges: number, scratch: Scratch) {
    this.#kind = kind;
    this.#ranges = ranges;
    this.#scratch = scratch;
    this.#held = new RangeFiles(ranges);
  }

  /** Whether {@link flush} should be called before much more is put. */
  get isFull(): boolean {
    return this.#count >= HELD_LINES;
  }

  put(text: string, line: T): void {
    this.#held.put(text, line);
    this.#count += 1;
  }

  /** Puts away what is held: once more at the end. */
  async flush(): Promise<void> {
    const full = this.#held;
    this.#held = new RangeFiles(this.#ranges);
    this.#count = 0;
    const append = (name: string, bytes: Uint8Array) => this.#scratch.append(name, bytes);
    await full.write((range) => this.#nameOf(range), { putOnce: append });
  }

  async *read(range: number): AsyncIterable<readonly T[]> {
    const name = this.#nameOf(range);
    const blocks = await this.#scratch.open(name);
    if (blocks !== null) yield* parsedBatches(lineBatches(blocks, name), name, (line) => JSON.parse(line) as T);
  }

  #nameOf(range: number): string {
    return `${this.#kind}-${range}`;
  }
}
