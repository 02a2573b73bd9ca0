import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';

/**
 * Files that have to be held whole, one after the other in the same place: each in bytes of its own would be held until a full
 * collection, long after it was needed.
 */
export class FileMemory {
  #bytes = Buffer.alloc(0);

  /**
   * @param most bytes that are kept, from the beginning
   * @returns what is kept, valid until the next call, and the length of the file; `null`: there is no such file
   */
  async read(
    a3: Pick<JobDailyA3Data, 'open'>,
    key: string,
    most: number,
  ): Promise<{ readonly bytes: Buffer; readonly length: number } | null> {
    const blocks = await a3.open(key);
    if (blocks === null) return null;
    let [length, kept] = [0, 0];
    for await (const block of blocks) {
      const part = block.subarray(0, most - kept);
      this.#grow(kept + part.length, kept);
      part.copy(this.#bytes, kept);
      kept += part.length;
      length += block.length;
    }
    return { bytes: this.#bytes.subarray(0, kept), length };
  }

  #grow(needed: number, kept: number): void {
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, kept);
    this.#bytes = grown;
  }
}
