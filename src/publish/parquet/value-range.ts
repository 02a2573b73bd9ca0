import type { Statistics } from 'hyparquet';
import { compareBytes } from '../../agreements/byte-order.ts';

export type Value = string | number;

/** Least and greatest value: texts by their bytes, as Parquet compares them. */
export class ValueRange {
  #least: Value | undefined;
  #greatest: Value | undefined;

  add(value: Value): void {
    if (this.#least === undefined || compareValues(value, this.#least) < 0) this.#least = value;
    if (this.#greatest === undefined || compareValues(value, this.#greatest) > 0) this.#greatest = value;
  }

  statistics(nulls: number): Statistics {
    const none = { null_count: BigInt(nulls) };
    if (this.#least === undefined || this.#greatest === undefined) return none;
    return { ...none, min_value: this.#least, max_value: this.#greatest };
  }
}

function compareValues(a: Value, b: Value): number {
  return typeof a === 'string' && typeof b === 'string' ? compareBytes(a, b) : Number(a) - Number(b);
}
