import { DEFAULT_INPUT, type JobInput, parseJobInput } from '../../../src/job/job-input.ts';
import { NAMESPACES } from './lex-books.ts';

/** Four namespaces, four documents a page, gates and caps that a handful of documents can live with. */
export function inputOf(business_date: string, changes: Readonly<Record<string, unknown>> = {}): JobInput {
  return parseJobInput({
    ...DEFAULT_INPUT,
    business_date,
    query_batch_size: 4,
    docs_transformation_percentage_success: 0.5,
    max_removed_percentage: 1,
    namespaces: NAMESPACES.map((namespace) => ({ namespace })),
    ...changes,
  });
}
