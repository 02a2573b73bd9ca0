/** Arithmetic on the outcomes of listed documents. */
import type { OutcomeCounts } from '../../job/contracts.ts';

export type Outcome = keyof OutcomeCounts;

/** The outcomes in the ledger's order. */
export const OUTCOMES = [
  'new',
  'changed',
  'reprocessed',
  'touched',
  'unchanged',
  'standing',
  'unreadable',
] as const satisfies readonly Outcome[];

export function emptyCounts(): Record<Outcome, number> {
  return { new: 0, changed: 0, reprocessed: 0, touched: 0, unchanged: 0, standing: 0, unreadable: 0 };
}

/** `to` plus `sign` times `counts`. */
export function addCounts(to: OutcomeCounts, counts: OutcomeCounts, sign: 1 | -1 = 1): Record<Outcome, number> {
  const sums = emptyCounts();
  for (const outcome of OUTCOMES) sums[outcome] = to[outcome] + sign * counts[outcome];
  return sums;
}

/** Distinct documents listed. */
export function listedOf(counts: OutcomeCounts): number {
  return OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
}
