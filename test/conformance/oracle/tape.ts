/** Choices that a generated definition is made by: numbers from a tape, and the simplest choice when it has run out. */
export class Tape {
  readonly #numbers: readonly number[];
  #position = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** 0 to `count` - 1; 0 is what shrinking leads to. */
  below(count: number): number {
    const number = this.#numbers[this.#position] ?? 0;
    this.#position += 1;
    return number % count;
  }

  oneOf<T>(first: T, ...others: readonly T[]): T {
    return [first, ...others][this.below(others.length + 1)]!;
  }

  /** Once in `times`. */
  rarely(times: number): boolean {
    return this.below(times) === times - 1;
  }
}
