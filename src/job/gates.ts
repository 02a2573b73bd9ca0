/** The arithmetic of the two gates. Pure: no clock, no store. */
import type { GateResult, NamespaceCounts, Override, OverrideKind } from './contracts.ts';

/** What the query gate needs of a namespace. */
export type QueriedTotals = Pick<NamespaceCounts, 'total_docs' | 'total_docs_queried' | 'unreadable'>;

/** Documents that were listed and could be read. An unreadable line is listed, and says nothing of its document. */
export function documentsRead({ total_docs_queried, unreadable }: Omit<QueriedTotals, 'total_docs'>): number {
  return total_docs_queried - unreadable;
}

/** Whether all of a namespace was listed: what is wrong with it, if anything, is lines that could not be read. */
export function isListedWhole({ complete, unreadable, gaps, cause }: NamespaceCounts): boolean {
  return complete || (unreadable > 0 && gaps === 0 && cause === null);
}

/**
 * Σ distinct documents read / Σ total, over all namespaces. A namespace whose total is unknown proves nothing: with one
 * of them the ratio is 0 and the gate fails, even at a threshold of 0.
 */
export function queryGate(results: readonly QueriedTotals[], threshold: number): GateResult {
  const numerator = sum(results.map(documentsRead));
  const denominator = sum(results.map(({ total_docs }) => total_docs ?? 0));
  const isKnown = results.every(({ total_docs }) => total_docs !== null);
  const ratio = isKnown ? shareOf(numerator, denominator) : 0;
  return { passed: isKnown && ratio >= threshold, numerator, denominator, ratio, threshold, accepted: false };
}

/** Share of its own total that a namespace was read of, 0 to 1; 0 when its total is unknown. */
export function queriedShare(counts: QueriedTotals): number {
  const { total_docs } = counts;
  return total_docs === null ? 0 : shareOf(documentsRead(counts), total_docs);
}

/** valid / planned. Nothing planned passes. A failed gate is `accepted` where an override `transform` stands. */
export function transformationGate(
  { valid, planned }: { readonly valid: number; readonly planned: number },
  threshold: number,
  overrides: readonly Override[],
): GateResult {
  const ratio = shareOf(valid, planned);
  const passed = ratio >= threshold;
  const accepted = !passed && isAccepted(overrides, 'transform');
  return { passed, numerator: valid, denominator: planned, ratio, threshold, accepted };
}

/** Whether an operator accepted this failed check for the attempt. */
export function isAccepted(overrides: readonly Override[], kind: OverrideKind): boolean {
  return overrides.some(({ accept }) => accept === kind);
}

/** 1 of nothing, never above 1: a total that shrank meanwhile must not hide what another namespace lacks. */
function shareOf(part: number, whole: number): number {
  return whole === 0 ? 1 : Math.min(1, part / whole);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
