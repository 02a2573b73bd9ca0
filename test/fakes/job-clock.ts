import type { Clock } from '../../src/engine/clock.ts';
import type { Timing } from '../../src/stores/aws/timing.ts';

interface Timer {
  readonly dueAtMs: number;
  readonly isNap: boolean;
  readonly end: () => void;
}

/**
 * One time for an engine and for the drivers below it, so that minutes of throttling pass at once, and in the order in
 * which they would. It jumps to the next timer when all are waiting; while a function works (it may wait for a thread of
 * zlib's, which no clock sees) it jumps only to the end of a nap that a driver takes.
 */
export class JobClock implements Clock, Timing {
  #nowMs: number;
  #timers: Timer[] = [];
  #working = 0;
  #isPumping = false;

  constructor(nowMs = Date.UTC(2026, 10, 23)) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }
  random(): number {
    return 0.5;
  }

  /** With a signal: the engine waits. Without one: a driver naps. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = { dueAtMs: this.#nowMs + ms, isNap: signal === undefined, end };
      this.#timers.push(timer);
      signal?.addEventListener('abort', end);
      this.#pump();
    });
  }

  /** What a function does. */
  async work<T>(run: () => Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await run();
    } finally {
      this.#working -= 1;
      this.#pump();
    }
  }

  /** Promises settle between two turns of the event loop, so a quiet turn means that all are waiting. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      const candidates = this.#timers.filter(({ isNap }) => isNap || this.#working === 0);
      if (candidates.length === 0) return;
      this.#nowMs = Math.max(this.#nowMs, Math.min(...candidates.map(({ dueAtMs }) => dueAtMs)));
      for (const { dueAtMs, end } of [...this.#timers]) if (dueAtMs <= this.#nowMs) end();
      this.#pump();
    });
  }
}
