/** Waiting and asking again inside one call, for failures that may pass by themselves. */
import { setTimeout as delay } from 'node:timers/promises';
import { TransientError } from '../errors.ts';

export interface RetryPolicy {
  /** Requests in all, at least 1. */
  readonly attempts: number;
  /** Upper bound of the first wait; doubles with each. The wait is drawn evenly below it, so that workers spread. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  /** A longer `Retry-After` is cut to this. */
  readonly maxRetryAfterMs: number;
}

/** Longest total wait: 3 × (30 + 5) s when Lex asks for it, else 0.25 + 0.5 + 1 s. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  attempts: 4,
  firstWaitMs: 250,
  maxWaitMs: 5_000,
  maxRetryAfterMs: 30_000,
};

export interface RetryDependencies {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Waits, or throws when `signal` is aborted meanwhile. */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const REAL_RETRY_DEPENDENCIES: RetryDependencies = {
  random: Math.random,
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

/** Runs `attempt` until it succeeds, throws anything but a TransientError, or the policy is used up. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  { random, sleep }: RetryDependencies,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientError) || tried >= policy.attempts) throw error;
      const backOffMs = random() * Math.min(policy.maxWaitMs, policy.firstWaitMs * 2 ** (tried - 1));
      const asked = error.details['retry_after_ms'];
      const askedMs = typeof asked === 'number' ? Math.min(asked, policy.maxRetryAfterMs) : 0;
      await sleep(askedMs + backOffMs, signal).catch((reason: unknown) => {
        throw signal?.aborted ? signal.reason : reason;
      });
    }
  }
}

/** @returns milliseconds to wait, or `null` when the header says nothing that can be read */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse alone would read `-1` as a year.
  const atMs = text.endsWith('GMT') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
