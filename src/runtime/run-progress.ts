/** Turns the history of a run, and of the batches nested in it, into {@link RunEvent}s. */
import type { HistoryEvent } from '../engine/history-event.ts';
import type { NamespaceCounts } from '../job/contracts.ts';
import { DAILY_AGREEMENT_JOB } from './machines.ts';
import type { RunEvent } from './run-events.ts';

export interface PlacedEvent {
  readonly machine: string;
  readonly event: HistoryEvent;
}

/** States whose iterations the daily job counts for its progress. */
const COUNT_STATE = 'GetTotalDocsInNamespaceAndCreateBatchesForLexQuery';
const PLAN_STATE = 'CreateBatchesForDeltaDocs';

/**
 * A function that takes events in the order of each execution's history and tells what they mean. It remembers only
 * which namespace each line of the query stage works for, by the ids of its events.
 */
export function createProgress(tell: (event: RunEvent) => void): (placed: PlacedEvent) => void {
  const namespaceOfEvent = new Map<number, string>();
  let slices = { done: 0, total: 0 };
  let iteration = 0;

  const onDailyEvent = (event: HistoryEvent): void => {
    const inherited = namespaceOfEvent.get(event.previousEventId) ?? null;
    const entered = event.stateEnteredEventDetails;
    if (entered?.name === 'QueryNamespaces') iteration += 1;
    const namespace = entered?.name === 'StartNamespace' ? namespaceIn(entered.input) : inherited;
    if (namespace !== null) namespaceOfEvent.set(event.id, namespace);
    tellState(event, namespace);
    if (event.type === 'MapStateExited' && event.stateExitedEventDetails?.name === 'QueryNamespaces')
      namespaceOfEvent.clear();
  };

  const tellState = (event: HistoryEvent, namespace: string | null): void => {
    const { stateEnteredEventDetails: entered, stateExitedEventDetails: exited, timestamp: at } = event;
    if (entered) tell({ type: 'state', phase: 'entered', state: entered.name, namespace, at });
    if (!exited) {
      tellTrouble(event, tell);
      return;
    }
    tell({ type: 'state', phase: 'exited', state: exited.name, namespace, at });
    const assigned = exited.assignedVariables ?? {};
    if (exited.name === COUNT_STATE && namespace !== null) {
      tell({ type: 'total', namespace, iteration, total_docs: Number(assigned['total_docs'] ?? 0) });
    }
    if (exited.name === 'NamespaceQueried' || exited.name === 'NamespaceUnread') {
      const counts = JSON.parse(exited.output) as NamespaceCounts;
      const { total_docs, total_docs_queried, planned, complete } = counts;
      tell({ type: 'queried', namespace: counts.namespace, total_docs, total_docs_queried, planned, complete });
    }
    if (exited.name === PLAN_STATE) {
      slices = { done: 0, total: Number(assigned['slices'] ?? 0) };
      tell({ type: 'slices', ...slices });
    }
  };

  const onBatchEvent = (event: HistoryEvent): void => {
    tellTrouble(event, tell);
    const name = event.stateExitedEventDetails?.name;
    if (name !== 'TransformDocumentData' && name !== 'SliceFailed') return;
    slices = { ...slices, done: slices.done + 1 };
    tell({ type: 'slices', ...slices });
  };

  return ({ machine, event }) => (machine === DAILY_AGREEMENT_JOB ? onDailyEvent(event) : onBatchEvent(event));
}

function tellTrouble(event: HistoryEvent, tell: (event: RunEvent) => void): void {
  const failed = event.taskFailedEventDetails ?? event.taskTimedOutEventDetails;
  if (failed === undefined) return;
  // The lock that is looked for first, and other expected refusals, are no trouble.
  if (failed.error === 'DynamoDB.ConditionalCheckFailedException') return;
  tell({ type: 'trouble', state: failed.resource, error: failed.error ?? '', message: messageIn(failed.cause ?? '') });
}

function namespaceIn(input: string): string | null {
  const { namespace } = JSON.parse(input) as { readonly namespace?: unknown };
  return typeof namespace === 'string' ? namespace : null;
}

function messageIn(cause: string): string {
  try {
    return String((JSON.parse(cause) as { readonly errorMessage?: unknown }).errorMessage ?? cause);
  } catch {
    return cause;
  }
}
