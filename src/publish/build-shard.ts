/**
 * Phase `build` of CreateJobDailyA3Data: merges the base's rows with today's results, shard by shard. Worker b builds
 * shards b, b + w, … A shard that is built already is passed over; one that was begun gives the same bytes again.
 */
import { PermanentError } from '../errors.ts';
import type { BuildShardsInput, BuildShardsOutput } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { buildPlanKey, builtShardKey, shardPlanKey } from './attempt-files.ts';
import { BaseDocuments } from './base-documents.ts';
import { canBeCopied, copyShard } from './copy-shard.ts';
import {
  type DocumentResult,
  type MergeContext,
  mergeDocument,
  type StoredReject,
  storedReject,
} from './merge-document.ts';
import { comparePlaces } from './place.ts';
import type { Place } from './published.ts';
import { SHARD_LIMITS, type ShardLimits } from './shard-layout.ts';
import {
  type BuildPlan,
  type BuiltShard,
  encodeJson,
  mustStand,
  readBuildPlan,
  readBuiltShard,
  readShardPlan,
  type ShardPlan,
  type TakenCounts,
} from './shard-plan.ts';
import { ShardWriter, type ShardWriterOptions } from './shard-writer.ts';
import { SliceMerge } from './slice-merge.ts';
import type { HeldRemovalLine, SliceLine, UnreadableRowLine } from './slice-output.ts';

export interface BuildShardsDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open' | 'putOnce' | 'putOnceStream'>;
  /** Asked between two shards. */
  readonly shouldStop: () => boolean;
  /** Default {@link SHARD_LIMITS}. */
  readonly limits?: ShardLimits;
}

/** @throws PermanentError `STORE_CORRUPT`, `LEDGER_MISMATCH`: a document has two results */
export async function buildShards(input: BuildShardsInput, deps: BuildShardsDeps): Promise<BuildShardsOutput> {
  const { batch, batches } = input;
  const plan = mustStand(await readBuildPlan(input, deps.a3), buildPlanKey(input));
  const first = input.cursor ?? batch;
  for (let shard = first; shard < plan.shards; shard += batches) {
    if (shard > first && deps.shouldStop()) return { batch, cursor: shard };
    await buildShard(input, shard, plan, deps);
  }
  return { batch, cursor: null };
}

async function buildShard(
  input: BuildShardsInput,
  number: number,
  plan: BuildPlan,
  deps: BuildShardsDeps,
): Promise<void> {
  if ((await readBuiltShard(input, number, deps.a3)) !== null) return;
  const shardPlan = mustStand(await readShardPlan(input, number, deps.a3), shardPlanKey(input, number));
  const markEvery = (deps.limits ?? SHARD_LIMITS).markEvery;
  const built = canBeCopied(shardPlan)
    ? await copyShard(input, shardPlan, plan.ranges, deps.a3)
    : await mergeShard(input, shardPlan, { ranges: plan.ranges, markEvery, run: input.job_id }, deps.a3);
  await deps.a3.putOnce(builtShardKey(input, number), encodeJson(built));
}

async function mergeShard(
  input: BuildShardsInput,
  plan: ShardPlan,
  options: ShardWriterOptions,
  a3: BuildShardsDeps['a3'],
): Promise<BuiltShard> {
  const base = new BaseDocuments(plan, a3);
  const today = new SliceMerge(plan.slices, plan, a3);
  const writer = new ShardWriter(input, plan.number, options, a3);
  try {
    await base.start();
    await today.advance();
    const { baseRows, taken } = await mergeDocuments(base, today, writer, {
      business_date: input.business_date,
      run: input.job_id,
    });
    const shard = await writer.close(plan);
    const rows = { base: baseRows, ...writer.changes };
    return { format: 1, shard, taken, rows, rejected_documents: writer.rejectedDocuments, fill: writer.fill };
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await Promise.all([base.close(), today.close()]);
  }
}

async function mergeDocuments(
  base: BaseDocuments,
  today: SliceMerge,
  writer: ShardWriter,
  context: MergeContext,
): Promise<{ readonly baseRows: number; readonly taken: Readonly<Record<string, TakenCounts>> }> {
  const taken = new Map<string, TakenCounts>();
  let baseRows = 0;
  for (let place = least(base.place, today); place !== null; place = least(base.place, today)) {
    // A copy: what `place` belongs to may be a whole row, and the uses keep their places until the shard ends.
    const at: Place = { namespace: place.namespace, lex_id: place.lex_id };
    const { result, unreadable } = await takeToday(today, at);
    const standing = await base.take(at);
    baseRows += standing.rows.length;
    await writer.writeDocument(at, mergeDocument(standing, result, context));
    for (const line of unreadable) await writer.writeUnreadable(at, unreadableEntry(at, line, context));
    if (result !== null) count(taken, at.namespace, result);
    for (const line of unreadable) count(taken, at.namespace, line);
  }
  return { baseRows, taken: Object.fromEntries(taken) };
}

function least(base: Place | null, today: SliceMerge): Place | null {
  const place = today.head?.place ?? null;
  if (base === null || place === null) return base ?? place;
  return comparePlaces(base, place) <= 0 ? base : place;
}

/** Today's result for the document at `place`, and the unreadable rows behind it. */
async function takeToday(
  today: SliceMerge,
  place: Place,
): Promise<{ readonly result: DocumentResult | null; readonly unreadable: readonly UnreadableRowLine[] }> {
  let result: DocumentResult | null = null;
  const unreadable: UnreadableRowLine[] = [];
  for (let head = today.head; head !== null && comparePlaces(head.place, place) === 0; head = today.head) {
    const { line } = head;
    if (line.op === 'unreadable') unreadable.push(line);
    // A removal that was held back is no result.
    else if (line.op !== 'held') {
      if (result !== null) throw twoResults(place);
      result = line;
    }
    await today.advance();
  }
  return { result, unreadable };
}

function twoResults({ namespace, lex_id }: Place): PermanentError {
  const what = `Document \`${lex_id}\` of \`${namespace}\` has two results in this run, where each has exactly one.`;
  return new PermanentError('LEDGER_MISMATCH', what, { namespace, lex_id });
}

function unreadableEntry(at: Place, line: UnreadableRowLine, context: MergeContext): StoredReject {
  const { rule, message } = line;
  return storedReject({
    namespace: at.namespace,
    lex_id: line.lex_id,
    place: at.lex_id,
    kind: 'unreadable',
    since: context.business_date,
    run: context.run,
    fingerprint: null,
    findings: [{ field: null, rule, severity: 'error', message, value: line.looks_like ?? null, agreement_id: null }],
    uses: [],
    raw: line.raw,
    raw_encoding: line.raw_encoding,
  });
}

const NOTHING_TAKEN: TakenCounts = { valid: 0, rejected: 0, rows: 0, touched: 0, removed: 0, unreadable: 0 };

function count(taken: Map<string, TakenCounts>, namespace: string, line: Exclude<SliceLine, HeldRemovalLine>): void {
  if (line.op === 'touched' && line.of === 'rejected') return; // Counts as standing, as in the slice's header.
  const counts = taken.get(namespace) ?? NOTHING_TAKEN;
  const rows = counts.rows + (line.op === 'valid' ? line.rows.length : 0);
  taken.set(namespace, { ...counts, rows, [line.op]: counts[line.op] + 1 });
}
