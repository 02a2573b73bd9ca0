/**
 * Trouble of the machine's own storage that a step met: a full disk is no fault of a slice, and must not be journaled as
 * its failure. The run stops where it stands instead, and goes on with the same command when there is room again.
 */
import { type ErrorCode, LexdeltaError } from '../errors.ts';

const STORAGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'STORE_FULL',
  'STORE_READ_ONLY',
  'STORE_WRITE_FAILED',
  'STORE_BUSY',
  'RUN_SUPERSEDED',
]);

export class StorageTrouble {
  readonly #stop = new AbortController();
  #error: LexdeltaError | null = null;

  /** Aborted at the first trouble. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The first trouble met. */
  get error(): LexdeltaError | null {
    return this.#error;
  }

  /** The call's outcome; an error that it rejects with after it has stopped the run is thrown away by the engine. */
  async watch<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof LexdeltaError && STORAGE.has(error.code)) {
        this.#error ??= error;
        this.#stop.abort();
      }
      throw error;
    }
  }
}
