import type { Acceptance, Evidence } from '../../job/acceptances.ts';
import { count, exactPercent, percent } from '../terminal/figures.ts';

/** Who accepted what and why, and the figures that it was for. */
export function acceptanceText({ accept, by, reason, needed, evidence }: Acceptance): string {
  const what = `accepted: ${accept}, by ${by}: ${reason}`;
  if (evidence === null) return needed === null ? `${what} (nothing was looked at for it)` : what;
  const figures = accept === 'date' ? evidence.of : evidenceText(evidence);
  return `${what} (${needed ? '' : 'not needed: '}${figures})`;
}

function evidenceText({ of, numerator, denominator, threshold }: Evidence): string {
  const share = denominator === 0 ? '' : `, ${percent(numerator / denominator)}`;
  return `${of}: ${count(numerator)} of ${count(denominator)}${share}; bound ${exactPercent(threshold)}`;
}
