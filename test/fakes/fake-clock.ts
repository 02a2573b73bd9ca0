import type { Clock } from '../../src/engine/clock.ts';

interface Timer {
  readonly dueAtMs: number;
  readonly end: () => void;
}

/** Time that jumps to the next timer as soon as nothing else is going on in the process. */
export class FakeClock implements Clock {
  #nowMs: number;
  #timers: Timer[] = [];
  #isPumping = false;
  /** Every sleep that was asked for, in milliseconds. */
  readonly sleeps: number[] = [];

  constructor(nowMs = Date.UTC(2026, 10, 23)) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }
  /** Moves the time without waking anybody, as when the process is not running. */
  skip(ms: number): void {
    this.#nowMs += ms;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = { dueAtMs: this.#nowMs + ms, end };
      this.#timers.push(timer);
      signal.addEventListener('abort', end);
      this.#pump();
    });
  }

  /** Promises settle between two turns of the event loop, so a quiet turn means that all are waiting. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      const next = this.#timers.toSorted((a, b) => a.dueAtMs - b.dueAtMs)[0];
      if (next === undefined) return;
      this.#nowMs = Math.max(this.#nowMs, next.dueAtMs);
      next.end();
      this.#pump();
    });
  }
}
