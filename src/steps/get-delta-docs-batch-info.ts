/**
 * State `GetDeltaDocsBatchInfo`.
 * The slices that this execution of TransformDeltaBatch has to do: the part that it was given, or the whole batch.
 * Reads only.
 */
import { PermanentError } from '../errors.ts';
import type { DeltaBatchInfoInput, DeltaBatchInfoOutput } from '../job/contracts.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { batchInfoKey, readBatchInfo } from './slices/delta-plan.ts';

/** @throws PermanentError `PLAN_INVALID`: no such batch, or a part outside it */
export async function getDeltaDocsBatchInfo(
  input: DeltaBatchInfoInput,
  { plans }: { readonly plans: Pick<ObjectStore, 'get'> },
): Promise<DeltaBatchInfoOutput> {
  const key = batchInfoKey(input.plan, input.batch);
  const info = await readBatchInfo(plans, input.plan, input.batch);
  if (info === null) throw new PermanentError('PLAN_INVALID', `There is no batch at \`${key}\`.`, { key });
  const from = input.from ?? 0;
  const to = input.to ?? info.slices;
  if (from < 0 || from > to || to > info.slices) {
    throw new PermanentError('PLAN_INVALID', `Slices ${from} to ${to} are asked for, \`${key}\` has ${info.slices}.`, {
      key,
    });
  }
  return { from, to };
}
