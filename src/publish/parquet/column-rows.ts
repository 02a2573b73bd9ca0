import { corrupt } from '../lines.ts';
import type { TableColumn } from './columns.ts';

/** Room at the beginning; doubled as rows come. */
export const INITIAL_ROWS = 256;

/** Which rows of a column have a value. */
export class Rows {
  rows = 0;
  nulls = 0;
  readonly #column: TableColumn;
  #defined: Uint8Array;

  constructor(column: TableColumn) {
    this.#column = column;
    this.#defined = new Uint8Array(column.isRequired ? 0 : INITIAL_ROWS);
  }

  add(isDefined: boolean): void {
    if (!isDefined) this.#addNull();
    if (!this.#column.isRequired) {
      if (this.rows === this.#defined.length) this.#defined = grown(this.#defined, Uint8Array);
      this.#defined[this.rows] = Number(isDefined);
    }
    this.rows += 1;
  }

  /** The rows added since the last call. */
  take(): { readonly rows: number; readonly defined: Uint8Array | null } {
    const { rows } = this;
    this.rows = 0;
    return { rows, defined: this.#column.isRequired ? null : this.#defined.subarray(0, rows) };
  }

  #addNull(): void {
    if (this.#column.isRequired) throw corrupt(`column ${this.#column.name}`, 'lacks a value that every row must have');
    this.nulls += 1;
  }
}

export function grown<T extends Uint8Array | Uint32Array>(array: T, Typed: new (length: number) => T): T {
  const twice = new Typed(array.length * 2);
  twice.set(array);
  return twice;
}
