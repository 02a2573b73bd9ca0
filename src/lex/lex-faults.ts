/** Faults on demand for the Lex server: which request fails, and how, follows from the seed and the request's number alone. */
import { PermanentError } from '../errors.ts';

/** In the order in which their shares are laid out between 0 and 1. */
const FAULT_KINDS = ['503', '429', '500', 'cut', 'reset', 'slow', 'short', 'empty'] as const;

/**
 * `503`, `429`, `500`: that status. `cut`: the body breaks off. `reset`: the connection is reset, before or inside the body.
 * `slow`: a wait before the body and one inside it. `short`: fewer rows than asked for, at least one. `empty`: no row at all.
 */
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Faults {
  /** Share of requests per kind; together at most 1. `short` and `empty` leave requests for other things than rows alone. */
  readonly shares: Readonly<Partial<Record<FaultKind, number>>>;
  readonly seed: number;
  /** Each of the two waits of `slow`. */
  readonly slowMs: number;
  /** `Retry-After` of 503 and 429; `null`: none. */
  readonly retryAfterSeconds: number | null;
}

export interface Fault {
  readonly kind: FaultKind;
  /** From 0 to below 1: where the body breaks off, how many rows are left. */
  readonly where: number;
}

const DEFAULT_SLOW_MS = 1_000;

/**
 * Reads `503=0.1,cut=0.05,slow=0.02,seed=7`: shares of requests, and `seed` (1), `slow_ms` (1000), `retry_after` (none, seconds).
 * @throws PermanentError `INPUT_INVALID`, naming the part
 */
export function parseFaults(text: string): Faults {
  const shares: Partial<Record<FaultKind, number>> = {};
  const settings = new Map<string, number>([
    ['seed', 1],
    ['slow_ms', DEFAULT_SLOW_MS],
    ['retry_after', Number.NaN],
  ]);
  const seen = new Set<string>();
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [name = '', value = '', ...rest] = part.split('=').map((piece) => piece.trim());
    if (rest.length > 0 || name === '' || value === '') throw invalid(part, 'is not of the form name=number');
    if (seen.has(name)) throw invalid(part, 'names a fault twice');
    seen.add(name);
    if (isFaultKind(name)) shares[name] = readShare(part, value);
    else if (settings.has(name)) settings.set(name, readWhole(part, value));
    else throw invalid(part, `names no fault: ${[...FAULT_KINDS, ...settings.keys()].join(', ')}`);
  }
  const sum = Object.values(shares).reduce((total, share) => total + share, 0);
  if (sum > 1 + 1e-9) throw invalid(text, 'has shares that come to more than 1');
  const retryAfter = settings.get('retry_after')!;
  return {
    shares,
    seed: settings.get('seed')!,
    slowMs: settings.get('slow_ms')!,
    retryAfterSeconds: Number.isNaN(retryAfter) ? null : retryAfter,
  };
}

/** @param request number of the request since the server began, from 0 */
export function drawFault({ shares, seed }: Faults, request: number): Fault | null {
  let left = drawNumber(seed, request, 0);
  for (const kind of FAULT_KINDS) {
    left -= shares[kind] ?? 0;
    if (left < 0) return { kind, where: drawNumber(seed, request, 1) };
  }
  return null;
}

/** From 0 to below 1. The mixing step of MurmurHash3, over the three numbers. */
function drawNumber(seed: number, request: number, salt: number): number {
  let hash = 0;
  for (const part of [seed, request, salt]) {
    hash = Math.imul(hash ^ (part + 0x9e3779b9), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}

function isFaultKind(name: string): name is FaultKind {
  return (FAULT_KINDS as readonly string[]).includes(name);
}

function readShare(part: string, value: string): number {
  const share = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(share >= 0 && share <= 1)) throw invalid(part, 'has no share between 0 and 1');
  return share;
}

function readWhole(part: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw invalid(part, 'has no whole number from 0');
  return Number(value);
}

function invalid(part: string, what: string): PermanentError {
  return new PermanentError('INPUT_INVALID', `The fault \`${part}\` ${what}.`, { part });
}
