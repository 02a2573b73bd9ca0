/** Turns the history of a run, and of the batches nested in it, into {@link RunEvent}s. */
import type { HistoryEvent } from '../engine/history-event.ts';
import type { NamespaceCounts, QueryNamespaceOutput } from '../job/contracts.ts';
import type { JobInput } from '../job/job-input.ts';
import { messageOfCause } from './error-cause.ts';
import type { RunEvent } from './run-events.ts';

/** States that tell what the progress counts. */
const COUNT_STATE = 'GetTotalDocsInNamespaceAndCreateBatchesForLexQuery';
const READ_STATE = 'QueryNamespace';
const PLAN_STATE = 'CreateBatchesForDeltaDocs';
const NAMESPACE_ENDS = ['NamespaceQueried', 'NamespaceUnread'];
const SLICE_ENDS = ['TransformDocumentData', 'SliceFailed'];

/** Where a line of execution stands: its last state, and the namespace whose branch it is in. */
interface Line {
  readonly state: string;
  readonly namespace: string | null;
}

/** Takes events in the order of each execution's history and tells what they mean. */
export class RunProgress {
  readonly #run: string;
  readonly #tell: (event: RunEvent) => void;
  /** By execution, by id of the line's last event. */
  readonly #lines = new Map<string, Map<number, Line>>();
  #slices = { done: 0, total: 0 };
  #iteration = 0;
  readonly #countsPages: boolean;
  /** Rows of a page, as the run was asked to read them. */
  #pageRows = 0;
  /** Documents not read yet, by namespace: the pages at the end are not full. */
  readonly #unread = new Map<string, number>();

  /** @param countsPages nobody tells each page: what was read is estimated when a worker's turn ends */
  constructor(run: string, tell: (event: RunEvent) => void, options: { readonly countsPages?: boolean } = {}) {
    this.#run = run;
    this.#tell = tell;
    this.#countsPages = options.countsPages ?? false;
  }

  take(execution: string, event: HistoryEvent): void {
    const line = this.#lineOf(execution, event);
    this.#tellTrouble(event, line);
    if (execution === this.#run) this.#takeOfRun(event, line);
    else if (SLICE_ENDS.includes(event.stateExitedEventDetails?.name ?? '')) this.#tellSlice();
  }

  #lineOf(execution: string, event: HistoryEvent): Line {
    if (/^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(event.type)) this.#lines.delete(execution);
    const lines = this.#lines.get(execution) ?? new Map<number, Line>();
    const before = lines.get(event.previousEventId) ?? { state: '', namespace: null };
    const entered = event.stateEnteredEventDetails;
    const namespace = entered?.name === 'StartNamespace' ? namespaceIn(entered.input) : before.namespace;
    const line = { state: entered?.name ?? before.state, namespace };
    lines.set(event.id, line);
    this.#lines.set(execution, lines);
    return line;
  }

  #takeOfRun(event: HistoryEvent, line: Line): void {
    if (this.#countsPages) this.#takePages(event, line);
    const { namespace } = line;
    const { stateEnteredEventDetails: entered, stateExitedEventDetails: exited, timestamp: at } = event;
    if (entered?.name === 'QueryNamespaces') this.#iteration += 1;
    if (entered) this.#tell({ type: 'state', phase: 'entered', state: entered.name, namespace, at });
    if (!exited) return;
    this.#tell({ type: 'state', phase: 'exited', state: exited.name, namespace, at });
    const assigned = exited.assignedVariables ?? {};
    if (exited.name === COUNT_STATE && namespace !== null) {
      const total_docs = Number(assigned['total_docs'] ?? 0);
      this.#unread.set(namespace, total_docs);
      this.#tell({ type: 'total', namespace, iteration: this.#iteration, total_docs });
    }
    if (NAMESPACE_ENDS.includes(exited.name)) {
      const counts = JSON.parse(exited.output) as NamespaceCounts;
      const { total_docs, total_docs_queried, planned, complete } = counts;
      this.#tell({ type: 'queried', namespace: counts.namespace, total_docs, total_docs_queried, planned, complete });
    }
    if (exited.name === PLAN_STATE) {
      this.#slices = { done: 0, total: Number(assigned['slices'] ?? 0) };
      this.#tell({ type: 'slices', ...this.#slices });
    }
  }

  #takePages(event: HistoryEvent, { state, namespace }: Line): void {
    const { executionStartedEventDetails: started, taskSucceededEventDetails: succeeded } = event;
    if (started?.input) this.#pageRows = Number((JSON.parse(started.input) as Partial<JobInput>).query_batch_size ?? 0);
    if (!succeeded?.output || state !== READ_STATE || namespace === null) return;
    const { Payload } = JSON.parse(succeeded.output) as { readonly Payload?: Partial<QueryNamespaceOutput> };
    const pages = Payload?.pages ?? 0;
    if (pages === 0) return;
    const unread = this.#unread.get(namespace) ?? 0;
    const documents = Math.min(unread, pages * this.#pageRows);
    this.#unread.set(namespace, unread - documents);
    this.#tell({ type: 'read', namespace, documents, pages });
  }

  #tellSlice(): void {
    this.#slices = { ...this.#slices, done: this.#slices.done + 1 };
    this.#tell({ type: 'slices', ...this.#slices });
  }

  #tellTrouble(event: HistoryEvent, { state }: Line): void {
    const failed = event.taskFailedEventDetails ?? event.taskTimedOutEventDetails;
    // A lock that is held is no trouble: the machine asks for it to find out.
    if (failed === undefined || failed.error === 'DynamoDB.ConditionalCheckFailedException') return;
    this.#tell({ type: 'trouble', state, error: failed.error ?? '', message: messageOfCause(failed.cause ?? '') });
  }
}

function namespaceIn(input: string): string | null {
  const { namespace } = JSON.parse(input) as { readonly namespace?: unknown };
  return typeof namespace === 'string' ? namespace : null;
}
