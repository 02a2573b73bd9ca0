/**
 * Lines that are dealt by a text into ranges, shard by shard: all that concerns one text lies in one range, so `check`
 * needs no more memory than a range takes, whatever the size of the table.
 */
import { crc32 } from 'node:zlib';
import { inParallel } from '../stores/in-parallel.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { lineBatches, parsedBatches } from './lines.ts';

/** Lines that are kept as text, in all ranges; then they become bytes: a third of the memory, no work for the collector. */
const TEXT_LINES = 16_000;
/** Bytes are kept in blocks of this size: thousands of small buffers would leave holes that nothing else fits into. */
const BLOCK_BYTES = 1024 * 1024;
/** Files that are written at once. */
const PARALLEL_WRITES = 4;
/** Files that are read at once, and their bytes in all; what is larger is streamed. */
const PARALLEL_READS = 8;
const BYTES_AT_ONCE = 1024 * 1024;

/** A shard's lines, by range. */
export class RangeFiles {
  readonly #ranges: { readonly bytes: Buffer[]; text: string[] }[];
  readonly #textLines: number;
  /** What is left of the last block. */
  #room = Buffer.alloc(0);

  constructor(ranges: number) {
    this.#textLines = Math.ceil(TEXT_LINES / ranges);
    this.#ranges = Array.from({ length: ranges }, () => ({ bytes: [], text: [] }));
  }

  put(text: string, line: unknown): void {
    const range = this.#ranges[crc32(text) % this.#ranges.length]!;
    range.text.push(`${JSON.stringify(line)}\n`);
    if (range.text.length < this.#textLines) return;
    range.bytes.push(this.#keep(range.text.join('')));
    range.text = [];
  }

  /** A range without a line leaves no file. */
  async write(keyOf: (range: number) => string, a3: Pick<JobDailyA3Data, 'putOnce'>): Promise<void> {
    await inParallel(this.#ranges.entries(), PARALLEL_WRITES, async ([range, { bytes, text }]) => {
      const body = Buffer.concat([...bytes, Buffer.from(text.join(''))]);
      if (body.length > 0) await a3.putOnce(keyOf(range), body);
    });
  }

  #keep(text: string): Buffer {
    const bytes = Buffer.byteLength(text);
    if (bytes > this.#room.length) this.#room = Buffer.allocUnsafeSlow(Math.max(bytes, BLOCK_BYTES));
    const kept = this.#room.subarray(0, bytes);
    kept.write(text);
    this.#room = this.#room.subarray(bytes);
    return kept;
  }
}

/**
 * The lines of a range in the order of the shards, which is the table's.
 * @param folder that of the range
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function* readRange<T>(
  folder: string,
  a3: Pick<JobDailyA3Data, 'get' | 'open' | 'list'>,
): AsyncIterable<readonly T[]> {
  const parse = (line: string): T => JSON.parse(line) as T;
  let small: string[] = [];
  let bytes = 0;
  for await (const { key, size } of a3.list(folder)) {
    if (small.length === PARALLEL_READS || bytes + size > BYTES_AT_ONCE) {
      yield* readSmall(small, a3, parse);
      small = [];
      bytes = 0;
    }
    if (size > BYTES_AT_ONCE) {
      yield* parsedBatches(lineBatches((await a3.open(key)) ?? [], key), key, parse);
    } else {
      small.push(key);
      bytes += size;
    }
  }
  yield* readSmall(small, a3, parse);
}

async function* readSmall<T>(
  keys: readonly string[],
  a3: Pick<JobDailyA3Data, 'get'>,
  parse: (line: string) => T,
): AsyncIterable<readonly T[]> {
  const bodies = await Promise.all(keys.map((key) => a3.get(key)));
  for (const [i, body] of bodies.entries()) {
    const key = keys[i] ?? '';
    if (body !== null) yield* parsedBatches(lineBatches([body], key), key, parse);
  }
}
