import { HaltReason } from './state-error.ts';

/** What all executions of one nesting share: they are stopped together, and one journal error ends them all. */
export class RunControl {
  readonly #abort = new AbortController();
  #fatal: { readonly error: unknown } | null = null;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }
  /** The first error that must go to the caller; nothing is written after it. */
  get fatal(): { readonly error: unknown } | null {
    return this.#fatal;
  }
  stop(): void {
    this.#abort.abort(new HaltReason('stop'));
  }
  fail(error: unknown): void {
    this.#fatal ??= { error };
    this.#abort.abort(new HaltReason('fatal'));
  }
}
