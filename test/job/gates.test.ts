import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAccepted, queriedShare, queryGate, transformationGate } from '../../src/job/gates.ts';

const threshold = fc.integer({ min: 0, max: 100 }).map((n) => n / 100);
const totals = fc.record({
  total_docs: fc.integer({ min: 0, max: 1000 }),
  total_docs_queried: fc.integer({ min: 0, max: 1000 }),
  unreadable: fc.constant(0),
});

describe('query gate', () => {
  it('compares what was read of all namespaces with what they hold', () => {
    const results = [
      { total_docs: 900, total_docs_queried: 850, unreadable: 0 },
      { total_docs: 100, total_docs_queried: 50, unreadable: 0 },
    ];

    expect(queryGate(results, 0.9)).toEqual({
      passed: true,
      numerator: 900,
      denominator: 1000,
      ratio: 0.9,
      threshold: 0.9,
      accepted: false,
    });
    expect(queryGate(results, 0.91).passed).toBe(false);
  });

  it('stays between 0 and 1, and passes exactly from the threshold on', () => {
    fc.assert(
      fc.property(fc.array(totals), threshold, (results, limit) => {
        const gate = queryGate(results, limit);

        expect(gate.ratio).toBeGreaterThanOrEqual(0);
        expect(gate.ratio).toBeLessThanOrEqual(1);
        expect(gate.passed).toBe(gate.ratio >= limit);
      }),
    );
  });

  it('does not depend on the order of namespaces, and never falls when more is read', () => {
    fc.assert(
      fc.property(fc.array(totals, { minLength: 1 }), threshold, (results, limit) => {
        const more = results.map((one, i) =>
          i === 0 ? { ...one, total_docs_queried: one.total_docs_queried + 1 } : one,
        );

        expect(queryGate(results.toReversed(), limit)).toEqual(queryGate(results, limit));
        expect(queryGate(more, limit).ratio).toBeGreaterThanOrEqual(queryGate(results, limit).ratio);
      }),
    );
  });

  it('takes a line that could not be read for listed, and not for read', () => {
    const mac = { total_docs: 1_000, total_docs_queried: 1_000, unreadable: 3 };
    const pwm = { total_docs: 90, total_docs_queried: 90, unreadable: 90 };

    expect(queryGate([mac], 0.9)).toMatchObject({ passed: true, numerator: 997, denominator: 1_000 });
    expect(queriedShare(mac)).toBe(0.997);
    expect(queryGate([pwm], 0.9)).toMatchObject({ passed: false, numerator: 0, ratio: 0 });
    expect(queryGate([mac, pwm], 0.9)).toMatchObject({ passed: true, numerator: 997, denominator: 1_090 });
  });

  it('passes a run whose namespaces are all empty', () => {
    expect(queryGate([{ total_docs: 0, total_docs_queried: 0, unreadable: 0 }], 1)).toMatchObject({
      passed: true,
      ratio: 1,
    });
  });

  it('never passes with a namespace whose total is unknown, whatever the threshold', () => {
    fc.assert(
      fc.property(fc.array(totals), threshold, (results, limit) => {
        const unknown = { total_docs: null, total_docs_queried: 0, unreadable: 0 };

        expect(queryGate([...results, unknown], limit)).toMatchObject({ passed: false, ratio: 0 });
        expect(queriedShare(unknown)).toBe(0);
      }),
    );
  });
});

describe('transformation gate', () => {
  it('passes from the threshold on', () => {
    expect(transformationGate({ valid: 9, planned: 10 }, 0.9, [])).toMatchObject({ passed: true, accepted: false });
    expect(transformationGate({ valid: 8, planned: 10 }, 0.9, [])).toMatchObject({ passed: false, accepted: false });
  });

  it('passes when nothing was planned', () => {
    expect(transformationGate({ valid: 0, planned: 0 }, 1, [])).toMatchObject({ passed: true, ratio: 1 });
  });

  it('is accepted only where it failed and an operator accepts exactly this', () => {
    const accept = (kind: 'query' | 'transform') => [{ accept: kind, by: 'ann', reason: 'known outage' }];

    expect(transformationGate({ valid: 1, planned: 10 }, 0.9, accept('transform'))).toMatchObject({
      passed: false,
      accepted: true,
    });
    expect(transformationGate({ valid: 1, planned: 10 }, 0.9, accept('query')).accepted).toBe(false);
    expect(transformationGate({ valid: 9, planned: 10 }, 0.9, accept('transform')).accepted).toBe(false);
    expect(isAccepted(accept('query'), 'query')).toBe(true);
  });
});
