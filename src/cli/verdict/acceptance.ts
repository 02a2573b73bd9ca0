import type { Acceptance, Evidence } from '../../job/acceptances.ts';
import { count, exactPercent, percent } from '../terminal/figures.ts';

/** Who accepted what and why, and the figures that it was for. */
export function acceptanceText({ accept, by, reason, needed, evidence }: Acceptance): string {
  const what = `accepted: ${accept}, by ${by}: ${reason}`;
  if (evidence === null) return needed === null ? `${what} (nothing was looked at for it)` : what;
  // Whether a date had begun stands in no figure: that one was accepted for this is told by the remarks on it.
  if (accept === 'date') return `${what} (${needed ? '' : 'not needed for the order of dates: '}${evidence.of})`;
  return `${what} (${needed ? '' : 'not needed: '}${evidenceText(evidence)})`;
}

function evidenceText({ of, numerator, denominator, threshold }: Evidence): string {
  const share = denominator === 0 ? '' : `, ${percent(numerator / denominator)}`;
  return `${of}: ${count(numerator)} of ${count(denominator)}${share}; bound ${exactPercent(threshold)}`;
}
