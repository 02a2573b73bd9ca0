import type { Timing } from '../../src/stores/aws/timing.ts';

/** Time that passes only by sleeping, and then at once; chance is always the middle. */
export class FakeTiming implements Timing {
  readonly sleepsMs: number[] = [];
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.sleepsMs.push(ms);
    this.#nowMs += ms;
  }

  random(): number {
    return 0.5;
  }
}
