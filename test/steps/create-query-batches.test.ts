import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createQueryBatches } from '../../src/steps/create-query-batches.ts';

it('leaves no page without a worker and no worker without a page', () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(100_000),
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 40 }),
      async (total, query_batch_size, max_parallel_executions) => {
        const lex = { countDocuments: async () => total };

        const { total_docs, batch_index } = await createQueryBatches(
          { namespace: 'mac', query_batch_size, max_parallel_executions },
          { lex },
        );

        const pages = Math.ceil(total / query_batch_size);
        expect(total_docs).toBe(total);
        expect(batch_index).toEqual(Array.from({ length: Math.min(pages, max_parallel_executions) }, (_, b) => b));
      },
    ),
  ));
