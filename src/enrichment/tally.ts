import type { LexdeltaError } from '../errors.ts';
import type { Outcome } from './enrich-batch.ts';

/** Entities, each as often as it was asked about. */
export interface Tally {
  readonly messages: number;
  readonly filled: number;
  /** Before anybody was asked, or by somebody faster. */
  readonly known: number;
  readonly unknown: number;
  /** Come back later. */
  readonly failed: number;
  /** Given up. */
  readonly dead: number;
}

/** Counts outcomes as they come. */
export class RunningTally {
  /** Failures since somebody who was asked has answered. */
  failuresInARow = 0;
  lastError: LexdeltaError | null = null;
  readonly #tally = { messages: 0, filled: 0, known: 0, unknown: 0, failed: 0, dead: 0 };
  readonly #onProgress: ((tally: Tally) => void) | undefined;

  constructor(onProgress: ((tally: Tally) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  get tally(): Tally {
    return { ...this.#tally };
  }

  /** @param isDead a failure that is given up */
  add(outcome: Outcome, isDead: boolean): void {
    if (outcome.kind === 'failed' || outcome.kind === 'refused') {
      this.failuresInARow += 1;
      this.lastError = outcome.error;
      this.#tally[isDead ? 'dead' : 'failed'] += 1;
      return;
    }
    // Nobody was asked about what is known already.
    if (outcome.kind !== 'known') this.failuresInARow = 0;
    this.#tally[outcome.kind] += 1;
  }

  addMessages(count: number): void {
    this.#tally.messages += count;
  }

  addDead(): void {
    this.#tally.dead += 1;
  }

  tell(): void {
    this.#onProgress?.(this.tally);
  }
}
