/**
 * State `GetTotalDocsInNamespaceAndCreateBatchesForLexQuery`.
 * Asks Lex how many documents a namespace holds, and numbers the workers that will read them.
 * Reads only, so it is safe to run again.
 */
import type { CreateQueryBatchesInput, CreateQueryBatchesOutput } from '../job/contracts.ts';
import type { LexSource } from '../lex/lex-source.ts';

/**
 * @throws PermanentError `LEX_NAMESPACE_UNKNOWN` and the others of `countDocuments`
 * @throws TransientError `LEX_UNREACHABLE` and the others of `countDocuments`
 */
export async function createQueryBatches(
  input: CreateQueryBatchesInput,
  { lex }: { readonly lex: Pick<LexSource, 'countDocuments'> },
): Promise<CreateQueryBatchesOutput> {
  const total_docs = await lex.countDocuments(input.namespace);
  const pages = Math.ceil(total_docs / input.query_batch_size);
  const workers = Math.min(pages, input.max_parallel_executions); // No worker without a page to read.
  return { total_docs, batch_index: Array.from({ length: workers }, (_, b) => b) };
}
