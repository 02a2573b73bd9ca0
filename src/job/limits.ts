/**
 * The history that a run may write. An execution fails at 25,000 events (Step Functions, hard), and the query stage is
 * the one part of it that the input can blow up: namespaces × workers × iterations.
 */
export const MAX_HISTORY_EVENTS = 25_000;

/** A leaf of TransformDeltaBatch: 1,000 slices at up to 18 events each, retries included, stay well below the limit. */
export const MAX_LEAF_SLICES = 1000;
/** Parts of a batch that is no leaf; two levels of them hold 10 million slices. */
export const MAX_RECURSION_PARTS = 100;

/** Events of one worker of a namespace: two turns with all retries, and what is around them. */
const EVENTS_PER_WORKER = 40;
/** Events of one namespace beside its workers: two turns of the join with all retries, count, Map. */
const EVENTS_PER_NAMESPACE = 72;
/** What the query stage may take, so that the rest of the run has room. */
export const MAX_QUERY_EVENTS = 20_000;

/** Upper bound of the events that the query stage writes when every namespace is queried in every iteration. */
export function countQueryEvents(namespaces: number, workers: number, iterations: number): number {
  return iterations * namespaces * (EVENTS_PER_NAMESPACE + workers * EVENTS_PER_WORKER);
}
