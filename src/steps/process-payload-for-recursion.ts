/**
 * State `ProcessPayloadForRecursion`.
 * Either a leaf, whose slices are mapped over, or parts to recurse into. Pure.
 */
import type { ProcessPayloadInput, ProcessPayloadOutput } from '../job/contracts.ts';
import { MAX_RECURSION_PARTS } from '../job/limits.ts';
import { CHUNK_SLICES } from './slices/delta-plan.ts';

/** Parts end where chunks end, so that no chunk is read by two of them. */
export function processPayloadForRecursion({ from, to }: ProcessPayloadInput): ProcessPayloadOutput {
  if (to - from <= CHUNK_SLICES) {
    const slices = Array.from({ length: to - from }, (_, i) => from + i);
    return { is_leaf: true, slices, delta_docs_batches: [] };
  }
  let size = CHUNK_SLICES;
  while (Math.ceil(to / size) - Math.floor(from / size) > MAX_RECURSION_PARTS) size *= MAX_RECURSION_PARTS;
  const parts: { from: number; to: number }[] = [];
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / size) + 1) * size);
    parts.push({ from: start, to: end });
    start = end;
  }
  return { is_leaf: false, slices: [], delta_docs_batches: parts };
}
