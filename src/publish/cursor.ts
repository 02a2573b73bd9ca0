/** One item ahead over batches: what a merge needs, without a promise per item. */
export class Cursor<T> {
  /** The item to look at; `null` at the end. */
  head: T | null = null;
  readonly #batches: AsyncIterator<readonly T[]>;
  #batch: readonly T[] = [];
  #index = 0;

  /** Reads nothing before the first {@link advance}. */
  constructor(batches: AsyncIterable<readonly T[]>) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  static async open<T>(batches: AsyncIterable<readonly T[]>): Promise<Cursor<T>> {
    const cursor = new Cursor(batches);
    await cursor.advance();
    return cursor;
  }

  /** Moves on. @returns a promise only where a batch has to be read */
  advance(): Promise<void> | undefined {
    const item = this.#batch[this.#index];
    if (item === undefined) return this.#fill();
    this.#index += 1;
    this.head = item;
    return undefined;
  }

  /** Lets go of what is not read. */
  async close(): Promise<void> {
    this.head = null;
    this.#batch = [];
    await this.#batches.return?.();
  }

  async #fill(): Promise<void> {
    for (;;) {
      const next = await this.#batches.next();
      if (next.done) {
        this.#batch = [];
        this.head = null;
        return;
      }
      const first = next.value[0];
      if (first === undefined) continue;
      this.#batch = next.value;
      this.#index = 1;
      this.head = first;
      return;
    }
  }
}
