/** How a Lex behaves for one day. */
import type { Random } from '../world/random.ts';

export interface Profile {
  /** A server without NDJSON answers JSON whatever is asked for. */
  readonly format: 'ndjson' | 'json';
  /** JSON documents over many lines. */
  readonly spread: boolean;
  readonly lineEnd: '\n' | '\r\n';
  readonly byteOrderMark: boolean;
  readonly compresses: boolean;
  readonly sendsTotal: boolean;
  readonly hasGetById: boolean;
  readonly sendsSnapshot: boolean;
  /** Probability of a page with fewer rows than asked for. */
  readonly shortPages: number;
  /** Probability that a request fails in one of the ways of `faults.ts`. */
  readonly faults: number;
  /** Probability of a body that comes in pieces. */
  readonly slow: number;
  /** More than this at once is answered with 400. */
  readonly maxLimit: number;
  /** Longest wait before an answer, in milliseconds. */
  readonly latencyMs: number;
}

export const CALM: Profile = {
  format: 'ndjson',
  spread: false,
  lineEnd: '\n',
  byteOrderMark: false,
  compresses: false,
  sendsTotal: true,
  hasGetById: true,
  sendsSnapshot: false,
  shortPages: 0,
  faults: 0,
  slow: 0,
  maxLimit: 5000,
  latencyMs: 0,
};

export function chooseProfile(random: Random): Profile {
  const format = random.chance(0.75) ? 'ndjson' : 'json';
  return {
    format,
    spread: random.chance(0.5),
    lineEnd: random.chance(0.25) ? '\r\n' : '\n',
    byteOrderMark: random.chance(0.2),
    compresses: random.chance(0.3),
    sendsTotal: random.chance(0.7),
    hasGetById: random.chance(0.6),
    sendsSnapshot: random.chance(0.2),
    shortPages: random.pick([0, 0, 0.2, 0.6]),
    faults: random.pick([0, 0.05, 0.15, 0.3]),
    slow: random.pick([0, 0.1]),
    maxLimit: random.pick([5000, 5000, 5000, 10]),
    latencyMs: random.pick([0, 0, 3, 10]),
  };
}
