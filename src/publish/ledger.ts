/**
 * The run's ledger: every listed document in exactly one outcome, recomputed from the artefacts (slice outputs, shards)
 * and held against what the pages said. A run whose ledger does not add up publishes nothing. Pure.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import { PermanentError } from '../errors.ts';
import type { NamespaceCounts, OutcomeCounts } from '../job/contracts.ts';
import type { Ledger, LedgerNamespace } from './published.ts';
import type { BuiltShard, TakenCounts } from './shard-plan.ts';

export interface LedgerSources {
  readonly query: readonly NamespaceCounts[];
  /** Σ over the slice outputs of this attempt, by namespace. */
  readonly slices: ReadonlyMap<string, TakenCounts>;
  /** Removals held back that the slice outputs list, by namespace. */
  readonly held: ReadonlyMap<string, number>;
  readonly shards: readonly BuiltShard[];
  readonly failedSlices: number;
  /** Rows of the base's manifest, 0 before the first publication. */
  readonly baseRows: number;
}

const TAKEN = ['valid', 'rejected', 'rows', 'touched', 'removed', 'unreadable'] as const;
export const NONE_TAKEN: TakenCounts = { valid: 0, rejected: 0, rows: 0, touched: 0, removed: 0, unreadable: 0 };

export function addTaken(a: TakenCounts, b: TakenCounts): TakenCounts {
  return {
    valid: a.valid + b.valid,
    rejected: a.rejected + b.rejected,
    rows: a.rows + b.rows,
    touched: a.touched + b.touched,
    removed: a.removed + b.removed,
    unreadable: a.unreadable + b.unreadable,
  };
}

/** @throws PermanentError `LEDGER_MISMATCH` naming the namespace and both sides */
export function closeLedger(sources: LedgerSources): Ledger {
  checkTaken(sources);
  const namespaces = sources.query.map((counts) => closeNamespace(counts, sources));
  return { namespaces, ...closeTable(sources) };
}

/** What the slices hold is what the shards took in, and nothing of a namespace that this run did not query. */
function checkTaken({ query, slices, held, shards }: LedgerSources): void {
  const taken = new Map<string, TakenCounts>();
  for (const shard of shards) {
    for (const [namespace, counts] of Object.entries(shard.taken)) {
      taken.set(namespace, addTaken(taken.get(namespace) ?? NONE_TAKEN, counts));
    }
  }
  const queried = query.map(({ namespace }) => namespace);
  const all = new Set([...queried, ...slices.keys(), ...held.keys(), ...taken.keys()]);
  for (const namespace of [...all].sort(compareBytes)) {
    if (!queried.includes(namespace)) mismatch(namespace, 'results in slices', 1, 'queries of the namespace', 0);
    for (const kind of TAKEN) {
      const inSlices = slices.get(namespace)?.[kind] ?? 0;
      const inShards = taken.get(namespace)?.[kind] ?? 0;
      if (inSlices !== inShards) mismatch(namespace, `${kind} in slices`, inSlices, `${kind} in shards`, inShards);
    }
  }
}

function closeNamespace(counts: NamespaceCounts, { slices, held, failedSlices }: LedgerSources): LedgerNamespace {
  const { namespace } = counts;
  const taken = slices.get(namespace) ?? NONE_TAKEN;
  const listed = listedOf(counts);
  if (listed !== counts.total_docs_queried) {
    mismatch(namespace, 'outcomes', listed, 'documents read', counts.total_docs_queried);
  }
  const planned = counts.new + counts.changed + counts.reprocessed;
  if (planned !== counts.planned) {
    mismatch(namespace, 'new + changed + reprocessed', planned, 'planned', counts.planned);
  }
  checkDelivered(namespace, 'planned', planned, 'published + rejected', taken.valid + taken.rejected, failedSlices);
  for (const kind of ['touched', 'removed', 'unreadable'] as const) {
    checkDelivered(namespace, `${kind} in pages`, counts[kind], `${kind} in slices`, taken[kind], failedSlices);
  }
  const listedHeld = held.get(namespace) ?? 0;
  checkDelivered(namespace, 'held removals in pages', counts.removals_held, 'in slices', listedHeld, failedSlices);
  return {
    namespace,
    total_docs: counts.total_docs,
    listed,
    new: counts.new,
    changed: counts.changed,
    reprocessed: counts.reprocessed,
    touched: counts.touched,
    unchanged: counts.unchanged,
    standing: counts.standing,
    unreadable: counts.unreadable,
    published: taken.valid,
    rejected: taken.rejected,
    not_transformed: planned - taken.valid - taken.rejected,
    removed: taken.removed,
    removals_held: counts.removals_held,
    held_listed: listedHeld,
    complete: counts.complete,
  };
}

function listedOf(counts: OutcomeCounts): number {
  const { unchanged, touched, standing, unreadable } = counts;
  return counts.new + counts.changed + counts.reprocessed + touched + unchanged + standing + unreadable;
}

/** Failed slices may hold back some of what was planned, never add to it. */
function checkDelivered(
  namespace: string,
  leftName: string,
  left: number,
  rightName: string,
  right: number,
  failedSlices: number,
): void {
  if (failedSlices > 0 ? right > left : right !== left) mismatch(namespace, leftName, left, rightName, right);
}

function closeTable({ shards, baseRows }: LedgerSources): Omit<Ledger, 'namespaces'> {
  const sum = (of: (built: BuiltShard) => number) => shards.reduce((total, built) => total + of(built), 0);
  const base = sum(({ rows }) => rows.base);
  const added = sum(({ rows }) => rows.added);
  const removed = sum(({ rows }) => rows.removed);
  const total = sum(({ shard }) => shard.table.lines);
  if (base !== baseRows) mismatch('the table', 'rows read of the base', base, 'rows of the base', baseRows);
  if (base + added - removed !== total) {
    mismatch('the table', 'base + added - removed', base + added - removed, 'rows', total);
  }
  return {
    rows: {
      base,
      added,
      removed,
      changed: sum(({ rows }) => rows.changed),
      total,
      stale: sum(({ shard }) => shard.stale_rows),
    },
    rejected_now: sum((built) => built.rejected_documents),
    unreadable_now: sum(({ shard }) => shard.unreadable),
  };
}

function mismatch(where: string, leftName: string, left: number, rightName: string, right: number): never {
  const what = `The ledger of ${where} does not add up: ${leftName} ${left}, ${rightName} ${right}.`;
  throw new PermanentError('LEDGER_MISMATCH', what, { namespace: where, left, right });
}
