/** What operators accepted for a run, each with the figures that it was for: the same in ledger, verdict and `show`. Pure. */
import type { FillGate, GateResult, NamespaceCounts, Override } from './contracts.ts';

export interface Acceptance extends Override {
  /** Whether the run would have failed, or held something back, without it; `null`: it did not come so far. */
  readonly needed: boolean | null;
  readonly evidence: Evidence | null;
}

/** The figures that were looked at. */
export interface Evidence {
  /** For example `documents read`, `documents removed from mac`, `the last table was as of 2021-10-21`. */
  readonly of: string;
  readonly numerator: number;
  readonly denominator: number;
  /** What the share should have been at least; of removals and dates: at most. */
  readonly threshold: number;
}

export interface AcceptanceFacts {
  readonly business_date: string;
  /** Key of the manifest that the run started from. */
  readonly base: string | null;
  readonly query: readonly NamespaceCounts[];
  readonly query_gate: GateResult | null;
  readonly transformation_gate: GateResult | null;
  readonly fill_gate: FillGate | null;
  readonly max_removed_percentage: number;
}

export function acceptances(overrides: readonly Override[], facts: AcceptanceFacts): readonly Acceptance[] {
  return overrides.map((override) => ({ ...override, ...weigh(override, facts) }));
}

type Weighed = Pick<Acceptance, 'needed' | 'evidence'>;

function weigh({ accept }: Override, facts: AcceptanceFacts): Weighed {
  switch (accept) {
    case 'query':
      return ofGate(facts.query_gate, 'documents read');
    case 'transform':
      return ofGate(facts.transformation_gate, 'documents valid');
    case 'fill':
      return ofGate(facts.fill_gate, `rows with ${facts.fill_gate?.field ?? 'each field'}`);
    case 'removals':
      return ofRemovals(facts);
    case 'date':
      return ofDate(facts);
  }
}

function ofGate(gate: GateResult | null, of: string): Weighed {
  if (gate === null) return { needed: null, evidence: null };
  const { numerator, denominator, threshold } = gate;
  return { needed: !gate.passed, evidence: { of, numerator, denominator, threshold } };
}

/**
 * The namespace that lost the largest share of what was known of it. One that lists nothing at all needs it as well, whatever
 * the share may be. What is held back beside this acceptance is what Lex could not be asked about.
 */
function ofRemovals({ query, max_removed_percentage: threshold }: AcceptanceFacts): Weighed {
  if (query.length === 0) return { needed: null, evidence: null };
  const shares = query.map((counts) => {
    const { namespace, removed, removals_held: held, total_docs_queried: listed, new: added, unreadable } = counts;
    return {
      of: `documents removed from ${namespace}`,
      numerator: removed,
      denominator: listed - added - unreadable + removed + held,
    };
  });
  const shareOf = (one: (typeof shares)[number]) => one.numerator / Math.max(1, one.denominator);
  const worst = shares.reduce((most, one) => (shareOf(one) > shareOf(most) ? one : most));
  const isEmptied = query.some(
    (counts) => counts.total_docs_queried === 0 && counts.removed + counts.removals_held > 0,
  );
  return { needed: isEmptied || shareOf(worst) > threshold, evidence: { ...worst, threshold } };
}

function ofDate({ base, business_date }: AcceptanceFacts): Weighed {
  const published = /\/as_of=(\d{4}-\d{2}-\d{2})\//.exec(base ?? '')?.[1];
  const later = published !== undefined && published > business_date ? 1 : 0;
  const of = published === undefined ? 'no table was published' : `the last table was as of ${published}`;
  return { needed: later === 1, evidence: { of, numerator: later, denominator: 1, threshold: 0 } };
}
