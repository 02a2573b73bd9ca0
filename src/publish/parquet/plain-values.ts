import { corrupt } from '../lines.ts';

/** Grows from here by doubling. */
const INITIAL_BYTES = 4096;
const MS_PER_DAY = 86_400_000;
const LENGTH_BYTES = 4;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** Values in Parquet's encoding PLAIN: texts with their length before them, numbers of 32 bits, little endian. */
export class PlainValues {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  appendText(text: string): void {
    this.#ensure(LENGTH_BYTES + text.length * BYTES_PER_UNIT);
    const bytes = this.#buffer.write(text, this.#bytes + LENGTH_BYTES);
    this.#buffer.writeUInt32LE(bytes, this.#bytes);
    this.#bytes += LENGTH_BYTES + bytes;
  }

  appendInteger(value: number): void {
    this.#ensure(4);
    this.#bytes = this.#buffer.writeInt32LE(value, this.#bytes);
  }

  /** What was appended, valid until more is. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#bytes);
    this.#bytes = 0;
    return taken;
  }

  #ensure(bytes: number): void {
    const needed = this.#bytes + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#bytes);
    this.#buffer = grown;
  }
}

/** @throws PermanentError `STORE_CORRUPT`: no day of the calendar; the rules let none through */
export function daysSince1970(date: string, column: string): number {
  const ms = Date.parse(`${date}T00:00:00Z`);
  // Read again, because a day that the month does not have would roll over into the next.
  const isDay = !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === date;
  if (!isDay) throw corrupt(`column ${column}`, 'holds something that is no date of the form YYYY-MM-DD');
  return ms / MS_PER_DAY;
}
