/** Where verification deals what belongs together into ranges, so that its memory does not follow the size of the table. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { RangeFiles, readRange } from '../range-files.ts';

/** Room that is empty at the beginning, and is thrown away afterwards. */
export type Scratch = Pick<JobDailyA3Data, 'putOnce' | 'get' | 'open' | 'list'>;

/** Lines that are dealt before they are put away: some 20 MB. */
const DEALT_LINES = 100_000;

/** Lines of one kind, range by range in the order that they came in. */
export class DealtLines<T> {
  readonly #folder: string;
  readonly #ranges: number;
  readonly #scratch: Scratch;
  #open: RangeFiles;
  #dealt = 0;
  #parts = 0;

  constructor(folder: string, ranges: number, scratch: Scratch) {
    this.#folder = folder;
    this.#ranges = ranges;
    this.#scratch = scratch;
    this.#open = new RangeFiles(ranges);
  }

  /** Whether {@link flush} should be called before much more is put. */
  get isFull(): boolean {
    return this.#dealt >= DEALT_LINES;
  }

  put(text: string, line: T): void {
    this.#open.put(text, line);
    this.#dealt += 1;
  }

  /** Puts away what is dealt: once more at the end. */
  async flush(): Promise<void> {
    const part = String(this.#parts).padStart(6, '0');
    this.#parts += 1;
    const full = this.#open;
    this.#open = new RangeFiles(this.#ranges);
    this.#dealt = 0;
    await full.write((range) => `${this.#folderOf(range)}/${part}`, this.#scratch);
  }

  read(range: number): AsyncIterable<readonly T[]> {
    return readRange<T>(this.#folderOf(range), this.#scratch);
  }

  #folderOf(range: number): string {
    return `${this.#folder}/${String(range).padStart(6, '0')}`;
  }
}
