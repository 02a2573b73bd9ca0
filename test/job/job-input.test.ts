import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executionName, parseBusinessDate, parseExecutionName } from '../../src/job/business-date.ts';
import { DEFAULT_INPUT, InputError, parseJobInput } from '../../src/job/job-input.ts';

const GOOD = {
  max_parallel_executions: 2,
  query_batch_size: 1000,
  business_date: '10-20-2021',
  query_percentage_success: 0.9,
  docs_transformation_percentage_success: 0.9,
  namespaces: [{ namespace: 'mac', total_docs: 0, total_docs_queried: 0 }, { namespace: 'docman' }],
};

function pathsOf(value: unknown): readonly string[] {
  try {
    parseJobInput(value);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map((problem) => problem.path);
  }
}

describe('parseJobInput', () => {
  it('takes the input as users know it, makes the date ISO and gives the optional keys their defaults', () => {
    const input = parseJobInput(GOOD);

    expect(input).toMatchObject({
      business_date: '2021-10-20',
      max_query_iterations: 3,
      max_removed_percentage: 0.05,
      overrides: [],
    });
    expect(input.namespaces.map(({ namespace }) => namespace)).toEqual(['mac', 'docman']);
  });

  it.each([
    ['an unknown key', { ...GOOD, surprise: 1 }, ['/surprise']],
    ['a missing key', { ...GOOD, query_batch_size: undefined }, ['/query_batch_size']],
    ['a wrong type', { ...GOOD, max_parallel_executions: '2' }, ['/max_parallel_executions']],
    ['a day that no calendar has', { ...GOOD, business_date: '02-30-2021' }, ['/business_date']],
    ['a percentage above 1', { ...GOOD, query_percentage_success: 90 }, ['/query_percentage_success']],
    [
      'a percentage below 0',
      { ...GOOD, docs_transformation_percentage_success: -0.1 },
      ['/docs_transformation_percentage_success'],
    ],
    ['batch size 0', { ...GOOD, query_batch_size: 0 }, ['/query_batch_size']],
    ['batch size over 10,000', { ...GOOD, query_batch_size: 10_001 }, ['/query_batch_size']],
    ['no worker', { ...GOOD, max_parallel_executions: 0 }, ['/max_parallel_executions']],
    ['41 workers', { ...GOOD, max_parallel_executions: 41 }, ['/max_parallel_executions']],
    ['no namespaces', { ...GOOD, namespaces: [] }, ['/namespaces']],
    [
      'a namespace twice',
      { ...GOOD, namespaces: [{ namespace: 'mac' }, { namespace: 'mac' }] },
      ['/namespaces/1/namespace'],
    ],
    [
      'a namespace that could leave its folder',
      { ...GOOD, namespaces: [{ namespace: '../mac' }] },
      ['/namespaces/0/namespace'],
    ],
    [
      'counts that are not zero',
      { ...GOOD, namespaces: [{ namespace: 'mac', total_docs: 7 }] },
      ['/namespaces/0/total_docs'],
    ],
    [
      'an override without a name',
      { ...GOOD, overrides: [{ accept: 'query', by: ' ', reason: 'x' }] },
      ['/overrides/0/by'],
    ],
    [
      'an override of something else',
      { ...GOOD, overrides: [{ accept: 'all', by: 'A', reason: 'x' }] },
      ['/overrides/0/accept'],
    ],
    ['a list', [], ['']],
    ['nothing at all', null, ['']],
  ])('refuses %s and names its path', (_what, value, paths) => {
    expect(pathsOf(JSON.parse(JSON.stringify(value)))).toEqual(paths);
  });

  it('reports every problem at once', () => {
    expect(pathsOf({ ...GOOD, business_date: 'today', query_batch_size: 1.5, extra: null })).toEqual([
      '/extra',
      '/business_date',
      '/query_batch_size',
    ]);
  });

  it('refuses so many namespaces, workers and iterations that history would overflow', () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ namespace: `n${i}` }));

    expect(pathsOf({ ...GOOD, namespaces: many, max_parallel_executions: 40 })).toEqual(['/namespaces']);
    expect(pathsOf({ ...GOOD, namespaces: many.slice(0, 40), max_parallel_executions: 2 })).toEqual([]);
  });

  it('either accepts or explains whatever JSON it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const paths = pathsOf(value);
        expect(paths.length > 0 || parseJobInput(value).namespaces.length > 0).toBe(true);
      }),
    );
  });

  it('has defaults that pass its own checks', () => {
    const namespaces = DEFAULT_INPUT.namespaces.map((namespace) => ({ namespace }));

    expect(pathsOf({ ...DEFAULT_INPUT, namespaces, business_date: '2021-10-20' })).toEqual([]);
  });
});

describe('business dates', () => {
  it.each(['10-20-2021', '2021-10-20'])('reads %s', (text) => {
    expect(parseBusinessDate(text)).toBe('2021-10-20');
  });

  it.each(['10/20/2021', '20-10-2021', '2021-13-01', '02-29-2021', '', 20211020, '2021-10-20T00:00:00Z'])(
    'refuses %j',
    (value) => {
      expect(parseBusinessDate(value)).toBeNull();
    },
  );

  it('finds the date and attempt again in the name of every execution', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 99_999 }),
        (day, attempt) => {
          const business_date = day.toISOString().slice(0, 10);
          expect(parseExecutionName(executionName(business_date, attempt))).toEqual({ business_date, attempt });
        },
      ),
    );
  });
});
