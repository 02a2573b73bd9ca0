import { awsError } from './aws-error.ts';
import { failureKind } from './failure-kind.ts';
import { systemTiming, type Timing } from './timing.ts';

export interface PaceOptions {
  /** Calls under way at once, at most. */
  readonly maxParallel?: number;
  /** How long a call is tried before `STORE_THROTTLED` or `STORE_UNREACHABLE`. */
  readonly patienceMs?: number;
  readonly timing?: Timing;
}

/** As many as the clients have sockets. */
const MAX_PARALLEL = 48;
/** A step stops two minutes or more before its Lambda is ended, so one call may take half of that. */
const PATIENCE_MS = 60_000;
/** Waits: 50 ms, doubled up to 5 s, each with a random half: about 17 tries in a minute. */
const FIRST_WAIT_MS = 50;
const MAX_WAIT_MS = 5_000;

/**
 * How fast one table, bucket or queue is called: tries again what may succeed in a moment, and adapts the number of calls
 * under way to what the other side takes: halved when it throttles (once for all calls that were under way), one more for
 * every round without. All calls of a driver go through one `Pace`, so that a throttled table is asked less, not more.
 * The clients' own tries are off (`createAwsClients`): they know nothing of each other.
 */
export class Pace {
  readonly #store: string;
  readonly #maxParallel: number;
  readonly #patienceMs: number;
  readonly #timing: Timing;
  /** How many may be under way; a fraction counts the way to the next. */
  #window: number;
  #underWay = 0;
  /** How often the window was narrowed: a call that began before the last time says nothing new. */
  #narrowings = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param store what is called, for messages: `table lexdelta-Entity` */
  constructor(store: string, options: PaceOptions = {}) {
    this.#store = store;
    this.#maxParallel = options.maxParallel ?? MAX_PARALLEL;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#timing = options.timing ?? systemTiming;
    this.#window = this.#maxParallel;
  }

  /** Calls allowed at once just now. */
  get parallel(): number {
    return Math.floor(this.#window);
  }

  /**
   * @param call safe to run again: an answer may be lost after the work was done
   * @throws TransientError `STORE_THROTTLED`, `STORE_UNREACHABLE` when patience ended
   * @throws PermanentError `STORE_ACCESS_DENIED`, `STORE_KMS_DENIED`, `AWS_CREDENTIALS_INVALID`, `STORE_MISSING`
   * @throws the client's own error where the caller must know, for example a condition that failed
   */
  async run<T>(operation: string, call: (attempt: number) => Promise<T>): Promise<T> {
    const begun = this.#timing.now();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#once(() => call(attempt));
      } catch (error) {
        const kind = failureKind(error);
        const waitMs = this.#waitMs(attempt);
        const mayHelp = kind === 'throttled' || kind === 'unreachable';
        const endsInTime = this.#timing.now() - begun + waitMs <= this.#patienceMs;
        if (!mayHelp || !endsInTime) throw awsError(error, this.#store, operation);
        await this.#timing.sleep(waitMs);
      }
    }
  }

  async #once<T>(call: () => Promise<T>): Promise<T> {
    await this.#enter();
    const narrowings = this.#narrowings;
    try {
      const result = await call();
      this.#window = Math.min(this.#maxParallel, this.#window + 1 / this.#window);
      return result;
    } catch (error) {
      if (failureKind(error) === 'throttled' && narrowings === this.#narrowings) this.#narrow();
      throw error;
    } finally {
      this.#leave();
    }
  }

  /** At least half of the step: without it, a burst of calls would come back as a burst. */
  #waitMs(attempt: number): number {
    const stepMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
    return stepMs / 2 + this.#timing.random() * (stepMs / 2);
  }

  async #enter(): Promise<void> {
    if (this.#underWay >= this.parallel) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#underWay += 1;
  }

  #leave(): void {
    this.#underWay -= 1;
    while (this.#underWay < this.parallel && this.#waiting.length > 0) {
      this.#underWay += 1;
      this.#waiting.shift()!();
    }
  }

  #narrow(): void {
    this.#narrowings += 1;
    this.#window = Math.max(1, this.#window / 2);
  }
}
