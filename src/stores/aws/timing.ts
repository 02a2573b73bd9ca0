/** Time and chance as a parameter, so that tests of back-off need not wait. */
export interface Timing {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** 0 ≤ x < 1. */
  random(): number;
}

export const systemTiming: Timing = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
};
