import { describe, expect, it } from 'vitest';
import type { NamespaceCounts, Override, ValidateQueryInput } from '../../src/job/contracts.ts';
import { validateQuery } from '../../src/steps/validate-query.ts';

function counts(
  namespace: string,
  read: number,
  total: number | null,
  more: Partial<NamespaceCounts> = {},
): NamespaceCounts {
  return {
    namespace,
    iteration: 1,
    total_docs: total,
    total_docs_queried: read,
    new: 0,
    changed: 0,
    reprocessed: 0,
    touched: 0,
    unchanged: read,
    standing: 0,
    unreadable: 0,
    planned: 0,
    removed: 0,
    removals_held: 0,
    failed_pages: 0,
    gaps: 0,
    repaired_joints: 0,
    complete: true,
    cause: null,
    ...more,
  };
}
const input = (results: readonly NamespaceCounts[], more: Partial<ValidateQueryInput> = {}): ValidateQueryInput => ({
  iteration: 1,
  max_query_iterations: 3,
  query_percentage_success: 0.9,
  overrides: [],
  results,
  kept: [],
  ...more,
});
const accept: readonly Override[] = [{ accept: 'query', by: 'ann', reason: 'cct is being moved' }];

describe('ValidateNamespacesQueryingProcess', () => {
  it('passes with the namespaces as they are', async () => {
    const results = [counts('mac', 95, 100), counts('cct', 90, 100)];

    const output = await validateQuery(input(results));

    expect(output).toMatchObject({ decision: 'pass', retry: [], cause: null });
    expect(output.gate).toMatchObject({ passed: true, numerator: 185, denominator: 200, accepted: false });
    expect(output.kept.map(({ namespace }) => namespace)).toEqual(['cct', 'mac']);
  });

  it('queries those below their own share again, and keeps the others out of it', async () => {
    const results = [
      counts('mac', 100, 100),
      counts('pwm', 10, 100),
      counts('cct', 95, 100),
      counts('docman', 0, null),
    ];

    const output = await validateQuery(input(results));

    expect(output).toMatchObject({ decision: 'retry', retry: ['docman', 'pwm'] });
    expect(output.kept.map(({ namespace }) => namespace)).toEqual(['cct', 'mac']);
  });

  it('adds a namespace that was queried again once, with its new figures', async () => {
    const first = await validateQuery(input([counts('mac', 100, 100), counts('pwm', 10, 100)]));

    const second = await validateQuery(
      input([counts('pwm', 99, 110, { iteration: 2 })], { iteration: 2, kept: first.kept }),
    );

    expect(second.gate).toMatchObject({ passed: true, numerator: 199, denominator: 210 });
    expect(second.kept).toHaveLength(2);
  });

  it('warns of a namespace below its share while the whole passes, of gaps, of a total that moved, of held removals', async () => {
    const results = [
      counts('big', 10_000, 9_990),
      counts('gap', 99, 100, { complete: false, gaps: 1, cause: 'LEX_TIMEOUT: Lex did not answer.' }),
      counts('held', 50, 50, { removals_held: 7 }),
      counts('small', 1, 10),
    ];

    const { decision, warnings } = await validateQuery(input(results));

    expect(decision).toBe('pass');
    expect(warnings).toEqual([
      'small: 1 of 10 (10 %): below 0.9.',
      'big: Lex counted 9990 documents, and listed 10000.',
      'gap: not complete, 1 gap (LEX_TIMEOUT: Lex did not answer).',
      'held: 7 removals were held back.',
      'small: Lex counted 10 documents, and listed 1.',
    ]);
  });

  it('passes with a few broken lines that Lex never mends, and says how many of which namespace', async () => {
    const results = [counts('mac', 1_000, 1_000, { unreadable: 3, complete: false }), counts('cct', 10, 10)];

    const output = await validateQuery(input(results));

    expect(output).toMatchObject({ decision: 'pass', gate: { numerator: 1_007, denominator: 1_010 } });
    expect(output.warnings).toEqual(['mac: 3 of 1000 lines could not be read; their documents keep what they had.']);
  });

  it('queries a namespace of broken lines again, then fails with their number', async () => {
    const results = [
      counts('mac', 100, 100),
      counts('pwm', 90, 90, { unreadable: 60, complete: false }),
      counts('cct', 50, 60, { unreadable: 1, complete: false, gaps: 1, cause: 'LEX_TIMEOUT: Too slow.' }),
    ];

    const first = await validateQuery(input(results));
    const last = await validateQuery(input(results, { iteration: 3 }));

    expect(first).toMatchObject({ decision: 'retry', retry: ['cct', 'pwm'] });
    expect(last).toMatchObject({ decision: 'fail', gate: { numerator: 179, denominator: 250 } });
    expect(last.cause).toBe(
      'After 3 iterations 179 of 250 documents were read, 71.6 % where 90 % are needed: cct: 49 of 60 (81.66 %) ' +
        '(1 line unreadable; LEX_TIMEOUT: Too slow); pwm: 30 of 90 (33.33 %) (60 lines unreadable).',
    );
    expect(last.warnings).toEqual([
      'cct: not complete, 1 gap (LEX_TIMEOUT: Too slow).',
      'cct: 1 of 50 lines could not be read; their documents keep what they had.',
      'pwm: 60 of 90 lines could not be read; their documents keep what they had.',
    ]);
  });

  it('fails after the last iteration, with the counts and the causes in one sentence', async () => {
    const results = [
      counts('cct', 0, null, { complete: false, cause: 'LEX_UNREACHABLE: Nobody answers.' }),
      counts('mac', 89, 100, { complete: false, gaps: 1, cause: 'LEX_TIMEOUT: Too slow.' }),
    ];

    const output = await validateQuery(input(results, { iteration: 3 }));

    expect(output.decision).toBe('fail');
    expect(output.retry).toEqual([]);
    expect(output.kept).toHaveLength(2);
    expect(output.cause).toBe(
      'After 3 iterations 89 of 100 documents were read, 0 % where 90 % are needed: Lex could not be asked how many ' +
        'documents it has for cct (LEX_UNREACHABLE: Nobody answers); mac: 89 of 100 (89 %) (LEX_TIMEOUT: Too slow).',
    );
  });

  it('lets an operator accept the failed gate of the last iteration, and no earlier one', async () => {
    const results = [counts('mac', 10, 100)];

    const early = await validateQuery(input(results, { iteration: 2, overrides: accept }));
    const last = await validateQuery(input(results, { iteration: 3, overrides: accept }));

    expect(early.decision).toBe('retry');
    expect(last).toMatchObject({ decision: 'pass', gate: { passed: false, accepted: true } });
    expect(last.cause).toContain('10 of 100');
  });

  it('queries the namespace of unknown total again even where no share is asked for', async () => {
    const results = [counts('mac', 100, 100), counts('cct', 0, null)];

    const output = await validateQuery(input(results, { query_percentage_success: 0 }));

    expect(output).toMatchObject({ decision: 'retry', retry: ['cct'] });
  });
});
