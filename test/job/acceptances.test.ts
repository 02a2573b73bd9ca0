import { describe, expect, it } from 'vitest';
import { type AcceptanceFacts, acceptances } from '../../src/job/acceptances.ts';
import type { FillGate, GateResult, OverrideKind } from '../../src/job/contracts.ts';
import { namespaceCounts } from '../cli/support.ts';

const BELOW: GateResult = { passed: false, numerator: 8, denominator: 10, ratio: 0.8, threshold: 0.9, accepted: true };
const PASSED: GateResult = { ...BELOW, passed: true, numerator: 10, ratio: 1, accepted: false };
const FILL: FillGate = { ...BELOW, field: 'A3.5', base_numerator: 10, base_denominator: 10 };

const FACTS: AcceptanceFacts = {
  business_date: '2021-10-20',
  base: 'published/as_of=2021-10-19/attempt=1/manifest.json',
  query: [namespaceCounts('mac', { total_docs_queried: 90, new: 10, removed: 20 }), namespaceCounts('pwm')],
  query_gate: PASSED,
  transformation_gate: PASSED,
  fill_gate: null,
  max_removed_percentage: 0.05,
};

function weigh(accept: OverrideKind, change: Partial<AcceptanceFacts> = {}) {
  return acceptances([{ accept, by: 'Ada', reason: 'known' }], { ...FACTS, ...change })[0];
}

describe('what an operator accepted', () => {
  it.each([
    ['query', { query_gate: BELOW }, 'documents read'],
    ['transform', { transformation_gate: BELOW }, 'documents valid'],
    ['fill', { fill_gate: FILL }, 'rows with A3.5'],
  ] as const)('stands beside the figures of its gate: %s', (accept, change, of) => {
    const evidence = { of, numerator: 8, denominator: 10, threshold: 0.9 };
    expect(weigh(accept, change)).toEqual({ accept, by: 'Ada', reason: 'known', needed: true, evidence });
  });

  it('was not needed where the gate passed, and is unknown where it was not reached', () => {
    expect(weigh('query')).toMatchObject({ needed: false, evidence: { numerator: 10 } });
    expect(weigh('query', { query_gate: null })).toMatchObject({ needed: null, evidence: null });
  });

  it('names the namespace that lost the largest share, by what was known of it', () => {
    const evidence = { of: 'documents removed from mac', numerator: 20, denominator: 100, threshold: 0.05 };
    expect(weigh('removals')).toMatchObject({ needed: true, evidence });
    expect(weigh('removals', { max_removed_percentage: 0.2 })).toMatchObject({ needed: false });
  });

  it('counts what Lex could not be asked about as known, and not as removed', () => {
    const query = [namespaceCounts('mac', { total_docs_queried: 85, new: 0, removed: 5, removals_held: 10 })];
    const evidence = { of: 'documents removed from mac', numerator: 5, denominator: 100, threshold: 0.05 };
    expect(weigh('removals', { query })).toMatchObject({ needed: false, evidence });
  });

  it('was needed for a namespace that listed nothing, whatever share may be removed', () => {
    const query = [namespaceCounts('mac', { total_docs: 0, total_docs_queried: 0, new: 0, removed: 7 })];
    expect(weigh('removals', { query, max_removed_percentage: 1 })).toMatchObject({ needed: true });
  });

  it('was needed for a date before that of the table that it started from, and no other', () => {
    expect(weigh('date')).toMatchObject({ needed: false });
    const base = 'published/as_of=2021-10-21/attempt=1/manifest.json';
    expect(weigh('date', { base })).toMatchObject({ needed: true, evidence: { numerator: 1 } });
    expect(weigh('date', { base: null })).toMatchObject({ needed: false });
  });
});
