/**
 * Phase `plan` of CreateJobDailyA3Data: which slice outputs are published, and which shards are built of what.
 * The slices' spans are held in memory: some 200 bytes a slice, 50 MB for 100 million new documents.
 */
import type { PlanShardsInput, PlanShardsOutput } from '../job/contracts.ts';
import { attemptOfManifest, buildPlanKey, publishedFolder, shardPlanKey } from './attempt-files.ts';
import { loadManifest } from './manifest.ts';
import type { Manifest } from './published.ts';
import { layOutShards, SHARD_LIMITS, type ShardLimits, type SliceWeight } from './shard-layout.ts';
import { type BuildPlan, encodeJson, readBuildPlan, type ShardPlan } from './shard-plan.ts';
import { type ListSlicesDeps, readSliceLists, type SliceEntry, writeSliceLists } from './slice-list.ts';

/** Lines of the table whose identifiers and entities are checked at once: some 15 MB. */
export const LINES_PER_RANGE = 25_000;

export interface PlanShardsDeps extends ListSlicesDeps {
  /** Default {@link SHARD_LIMITS}. */
  readonly limits?: ShardLimits;
  /** Default {@link LINES_PER_RANGE}. */
  readonly linesPerRange?: number;
}

/**
 * Works in turns over the lists; running it again finds the plan that stands.
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function planShards(input: PlanShardsInput, deps: PlanShardsDeps): Promise<PlanShardsOutput> {
  const standing = await readBuildPlan(input, deps.a3);
  if (standing !== null) return outputOf(standing, input);
  const next = await writeSliceLists(input, Number(input.cursor ?? 0), deps);
  if (next !== null) return { shards: 0, batch_index: [], cursor: String(next) };
  return outputOf(await writePlan(input, deps), input);
}

function outputOf(plan: BuildPlan, input: PlanShardsInput): PlanShardsOutput {
  const workers = Math.min(plan.shards, input.max_parallel_executions);
  return { shards: plan.shards, batch_index: Array.from({ length: workers }, (_, b) => b), cursor: null };
}

async function writePlan(input: PlanShardsInput, deps: PlanShardsDeps): Promise<BuildPlan> {
  const limits = deps.limits ?? SHARD_LIMITS;
  const base = input.base === null ? null : await loadManifest(deps.a3, input.base);
  const slices: SliceWeight[] = [];
  for await (const entry of readSliceLists(input, deps.a3, deps.listEntries)) slices.push(...weightOf(entry));
  const shards = layOutShards(baseShards(base), slices, limits);
  const base_folder = input.base === null ? null : publishedFolder(attemptOfManifest(input.base));
  for (const [number, { after, through, base: numbers, slices: spans }] of shards.entries()) {
    const reaching = numbers.flatMap((n) => base?.shards[n] ?? []);
    const plan: ShardPlan = { format: 1, number, after, through, base_folder, base: reaching, slices: spans };
    await deps.a3.putOnce(shardPlanKey(input, number), encodeJson(plan));
  }
  const lines = shards.reduce((sum, shard) => sum + shard.lines, 0);
  const ranges = Math.max(1, Math.ceil(lines / (deps.linesPerRange ?? LINES_PER_RANGE)));
  const plan: BuildPlan = { format: 1, shards: shards.length, ranges };
  await deps.a3.putOnce(buildPlanKey(input), encodeJson(plan));
  return plan;
}

function baseShards(base: Manifest | null) {
  return (base?.shards ?? []).map(({ number, after, through, table, rejected, marks }) => ({
    number,
    after,
    through,
    lines: table.lines + rejected.lines,
    marks,
  }));
}

/** Nothing for a slice without lines. */
function weightOf({ key, header }: SliceEntry): readonly SliceWeight[] {
  const { namespace, first_id, last_id, counts, growth } = header;
  if (first_id === null || last_id === null) return [];
  const { valid, rejected, removed, unreadable, touched } = counts;
  const hasChanges = valid + rejected + removed + unreadable > 0;
  // Removals that were held back change no shard: they are listed with the day as a whole.
  if (!hasChanges && touched === 0 && header.held !== undefined) return [];
  return [{ key, namespace, first: first_id, last: last_id, lines: growth, hasChanges }];
}
