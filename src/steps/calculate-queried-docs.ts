/**
 * State `CalculateAndUpdateQueriedDocsInNamespace`.
 * Joins the pages of a namespace, repairs what broke between them, confirms removals, and writes the counts. Works in
 * turns; safe to run again, from any of its cursors or from the beginning.
 */
import { excerpt } from '../agreements/table-a3/text.ts';
import { PermanentError } from '../errors.ts';
import type { CalculateQueriedDocsInput, CalculateQueriedDocsOutput, NamespaceCounts } from '../job/contracts.ts';
import { isAccepted } from '../job/gates.ts';
import type { LexSource } from '../lex/lex-source.ts';
import type { JobInstanceNamespaceQueryCounts } from '../stores/job-stats.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { type CalculateState, cursorOf, isProven, stateOf } from './pages/calculate-state.ts';
import { RemovalConfirmation } from './pages/confirm-removals.ts';
import { namespaceFolder } from './pages/delta-keys.ts';
import { PageJoin } from './pages/join-pages.ts';
import type { ComparedNamespace } from './pages/judge-document.ts';
import { listedOf } from './pages/outcome-counts.ts';
import { PageInventory } from './pages/page-inventory.ts';
import type { PageDeps } from './pages/query-page.ts';
import { readReprocessList } from './reprocess/reprocess-list.ts';

/** As long as the machine tells the cause of a namespace that could not be asked for its count. */
const MAX_CAUSE = 500;

export interface CalculateQueriedDocsDeps extends PageDeps {
  readonly lex: Pick<LexSource, 'readRows' | 'getDocument'>;
  readonly delta: Pick<ObjectStore, 'get' | 'put' | 'list'>;
  readonly queryCounts: Pick<JobInstanceNamespaceQueryCounts, 'put'>;
  readonly namespaceOf: (namespace: string) => ComparedNamespace;
  /** True when the turn should end. */
  readonly shouldStop: () => boolean;
}

/** @throws PermanentError `NAMESPACE_EMPTIED`: documents are known and none is listed; `STORE_CORRUPT` */
export async function calculateQueriedDocs(
  input: CalculateQueriedDocsInput,
  deps: CalculateQueriedDocsDeps,
): Promise<CalculateQueriedDocsOutput> {
  const state = stateOf(input.cursor);
  const folder = namespaceFolder(input, input.iteration, input.namespace);
  const inventory = await PageInventory.list(deps.delta, folder);
  if (!state.is_joined) {
    const isJoined = await join(input, state, folder, inventory, deps);
    if (!isJoined) return { cursor: cursorOf(state), counts: null };
    checkNotEmptied(input, state);
    // A turn of its own: it may take as long again.
    if (state.candidates > 0 && deps.shouldStop()) return { cursor: cursorOf(state), counts: null };
  }
  const place = { folder, namespace: input.namespace, delta: deps.delta };
  const maxShare = isAccepted(input.overrides, 'removals') ? Number.POSITIVE_INFINITY : input.max_removed_percentage;
  const rules = { isComplete: isProven(state), maxShare };
  const removals = await new RemovalConfirmation(state, inventory, place, rules, deps).run(deps.shouldStop);
  if (removals === null) return { cursor: cursorOf(state), counts: null };
  const counts = countsOf(input, state, removals);
  await deps.queryCounts.put({ job_id: input.job_id, ...counts });
  return { cursor: null, counts };
}

async function join(
  input: CalculateQueriedDocsInput,
  state: CalculateState,
  folder: string,
  inventory: PageInventory,
  deps: CalculateQueriedDocsDeps,
): Promise<boolean> {
  const { namespace, query_batch_size: pageSize } = input;
  if (inventory.lastPage < 0 && input.total_docs === 0 && !(await isAnyKnown(namespace, deps))) {
    state.is_joined = true; // Lex counts none and none is known: there is nothing to read.
    return true;
  }
  const module = deps.namespaceOf(namespace);
  const reprocess = await readReprocessList(deps.delta, input, namespace);
  const context = { folder, namespace, module, reprocess, pageSize };
  return new PageJoin(state, inventory, context, deps).run(deps.shouldStop);
}

async function isAnyKnown(namespace: string, { hashes }: CalculateQueriedDocsDeps): Promise<boolean> {
  for await (const entries of hashes.readRange(namespace, null, null)) if (entries.length > 0) return true;
  return false;
}

/** Success is told by evidence: a namespace that had documents and lists none is a fault until an operator says not. */
function checkNotEmptied(input: CalculateQueriedDocsInput, state: CalculateState): void {
  const isListed = listedOf(state) > 0;
  // Where nothing is proven the gate decides, unless Lex itself says that there is nothing to read.
  const isSilent = !isProven(state) && input.total_docs > 0;
  const isKnown = state.known > 0 || state.gaps > 0;
  if (isListed || isSilent || !isKnown || isAccepted(input.overrides, 'removals')) return;
  const { namespace } = input;
  const what = `Lex lists no document in the namespace \`${namespace}\`, and ${state.known} are known.`;
  throw new PermanentError('NAMESPACE_EMPTIED', what, { namespace, known: state.known });
}

function countsOf(
  input: CalculateQueriedDocsInput,
  state: CalculateState,
  { removed, held }: { readonly removed: number; readonly held: number },
): NamespaceCounts {
  const { new: added, changed, reprocessed, touched, unchanged, standing, unreadable } = state;
  const isTiled = isProven(state);
  const cause = state.cause ?? input.workers.find(({ error }) => error !== null)?.error ?? null;
  return {
    namespace: input.namespace,
    iteration: input.iteration,
    total_docs: input.total_docs,
    total_docs_queried: listedOf(state),
    new: added,
    changed,
    reprocessed,
    touched,
    unchanged,
    standing,
    unreadable,
    planned: added + changed + reprocessed,
    removed,
    removals_held: held,
    failed_pages: state.failed_pages,
    gaps: state.gaps,
    repaired_joints: state.repaired_joints,
    complete: isTiled && unreadable === 0,
    cause: cause === null || isTiled ? null : excerpt(cause, MAX_CAUSE),
  };
}
