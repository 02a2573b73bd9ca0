/**
 * Phase `manifest` of CreateJobDailyA3Data: gathers the shards, closes the ledger, and writes findings, ledger, data
 * contract, times and, last, the manifest. Nothing is visible to readers before PublishHead. Running it again finds the same bytes;
 * `times.json`, the one file with clock values, stays as it was written first.
 */
import { createHash } from 'node:crypto';
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import { PermanentError } from '../errors.ts';
import { acceptances } from '../job/acceptances.ts';
import type { FillGate, NamespaceCounts, WriteManifestInput, WriteManifestOutput } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { buildPlanKey, builtMastersKey, builtShardKey, manifestKey, publishedFolder } from './attempt-files.ts';
import { CHECKSUMS_PATH, checksums, MANIFEST_PATH } from './checksums.ts';
import { dataContract } from './data-contract.ts';
import { type FillComparison, fillCause, fillGate, findFillDrops, sumFillCounts } from './fill-rates.ts';
import { findJumpsOf } from './history/share-jumps.ts';
import { addTaken, closeLedger, NONE_TAKEN } from './ledger.ts';
import { findCarriedOver } from './left-out.ts';
import { loadManifest } from './manifest.ts';
import type { Manifest, PublishedFile, Times } from './published.ts';
import { putFirst } from './put-first.ts';
import { type BuiltShard, mustStand, readBuildPlan, readBuiltShard, type TakenCounts } from './shard-plan.ts';
import { readSliceLists, type SliceEntry } from './slice-list.ts';
import { writeFindings } from './write-findings.ts';
import { writeHeldRemovals } from './write-held-removals.ts';
import { readBuiltMasters } from './write-masters.ts';

export interface WriteManifestDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open' | 'putOnce' | 'putOnceStream'>;
  readonly rules: RuleSet;
  readonly codeVersion: string;
  /** Version of a namespace's mapping and of the rules in force. */
  readonly mappingVersion: (namespace: string) => string;
  /** ISO. */
  readonly now: () => string;
  /** Default: that of `slice-list.ts`. */
  readonly listEntries?: number;
}

/** @throws PermanentError `LEDGER_MISMATCH`, `FILL_RATE_DROPPED`, `STORE_CORRUPT` */
export async function writeManifest(input: WriteManifestInput, deps: WriteManifestDeps): Promise<WriteManifestOutput> {
  const { a3 } = deps;
  const folder = publishedFolder(input);
  const plan = mustStand(await readBuildPlan(input, a3), buildPlanKey(input));
  const built: BuiltShard[] = [];
  for (let shard = 0; shard < plan.shards; shard += 1) {
    built.push(mustStand(await readBuiltShard(input, shard, a3), builtShardKey(input, shard)));
  }
  const base = input.base === null ? null : await loadManifest(a3, input.base);
  const slices = await sumSlices(input, deps);
  const ledger = closeLedger({
    query: input.query,
    slices: slices.sums,
    held: slices.held,
    shards: built,
    failedSlices: input.failed_slices,
    baseRows: base?.rows ?? 0,
  });
  const fill = compareFill(input, built, base);
  const gate = fillGate(fill, deps.rules, input.overrides);
  const accepted = acceptances(input.overrides, { ...input, fill_gate: gate });
  if (gate !== null && !gate.passed && !gate.accepted) throw fillRateDropped(gate);
  const held = await writeHeldRemovals(input, slices.holding, a3);
  const findings = await writeFindings(input, plan.ranges, findFillDrops(fill, deps.rules), a3);
  const manifest: Manifest = {
    format: 1,
    business_date: input.business_date,
    attempt: input.attempt,
    run: input.job_id,
    base: input.base,
    code_version: deps.codeVersion,
    mapping_versions: Object.fromEntries(
      input.query.map(({ namespace }) => [namespace, deps.mappingVersion(namespace)]),
    ),
    rows: ledger.rows.total,
    fill_rates: fill.table,
    shards: built.map(({ shard }) => shard),
    masters: mustStand(await readBuiltMasters(input, a3), builtMastersKey(input)).masters,
    findings: findings.file,
    ledger: await writeWhole(a3, folder, 'ledger.json', accepted.length === 0 ? ledger : { ...ledger, accepted }),
    contract: await writeWhole(a3, folder, 'contract.json', dataContract(deps.codeVersion, deps.rules)),
    checksums: CHECKSUMS_PATH,
    gates: { query: input.query_gate, transformation: input.transformation_gate, fill: gate },
    query: input.query,
    held_removals: held.file,
    carried_over: await findCarriedOver(input.query, base, a3),
    overrides: input.overrides,
    ...servedBy(input, base),
  };
  await writeTimes(input, deps);
  const { sha256 } = await writeSealed(a3, folder, manifest);
  const { added, changed, removed, stale, total: rows } = ledger.rows;
  const counts = { rows, added, changed, removed, rejected: ledger.rejected_now, stale };
  const found = { table_findings: findings.file.lines, findings_by_rule: findings.byRule };
  const { carried_over = [], mapping_versions } = manifest;
  return {
    manifest: manifestKey(input),
    manifest_sha256: sha256,
    ...counts,
    left_out: carried_over.flatMap(({ namespace }) => (namespace in mapping_versions ? [] : [namespace])),
    carried_over,
    held_removals: held.summary,
    share_jumps: await findJumpsOf(manifest, base, a3),
    ...found,
    fill_gate: gate,
  };
}

function compareFill(input: WriteManifestInput, built: readonly BuiltShard[], base: Manifest | null): FillComparison {
  return {
    table: sumFillCounts(built.map(({ fill }) => fill.table)),
    made: sumFillCounts(built.map(({ fill }) => fill.made)),
    base: base?.fill_rates ?? null,
    maxDrop: input.max_fill_rate_drop,
  };
}

function fillRateDropped(gate: FillGate): PermanentError {
  const { field, numerator, denominator, base_numerator, base_denominator } = gate;
  const details = { field, numerator, denominator, base_numerator, base_denominator };
  return new PermanentError('FILL_RATE_DROPPED', fillCause(gate), details);
}

/**
 * What was planned to be transformed again, and was not, looks unchanged tomorrow: where some of it may be missing, what is
 * served stays as the base has it, and is planned again. For look-ups that costs reading alone, since only what still rests
 * on another version is transformed; replays have no such sign, so they wait for what failed and for nothing else.
 */
function servedBy(input: WriteManifestInput, base: Manifest | null): Pick<Manifest, 'replays_through' | 'look_ups'> {
  const { query, failed_slices, replays_through, look_ups } = input;
  if (base === null) return { replays_through, look_ups };
  const hasFailed = failed_slices > 0 || query.some(hasUnreadIds);
  const isWhole = query.every((counts) => counts.complete && counts.unreadable === 0 && counts.removals_held === 0);
  return {
    replays_through: hasFailed ? base.replays_through : replays_through,
    look_ups: hasFailed || !isWhole ? (base.look_ups ?? null) : look_ups,
  };
}

/** Whether there are ids that nobody read: a worker that died leaves no failed page behind its last one. */
function hasUnreadIds({ failed_pages, gaps, total_docs }: NamespaceCounts): boolean {
  return failed_pages > 0 || gaps > 0 || total_docs === null;
}

interface SliceSums {
  readonly sums: ReadonlyMap<string, TakenCounts>;
  /** Removals held back, by namespace, and the slices that hold them. */
  readonly held: ReadonlyMap<string, number>;
  readonly holding: readonly SliceEntry[];
}

async function sumSlices(input: WriteManifestInput, deps: WriteManifestDeps): Promise<SliceSums> {
  const sums = new Map<string, TakenCounts>();
  const held = new Map<string, number>();
  const holding: SliceEntry[] = [];
  for await (const entry of readSliceLists(input, deps.a3, deps.listEntries)) {
    const { namespace, counts, held: lines = 0 } = entry.header;
    sums.set(namespace, addTaken(sums.get(namespace) ?? NONE_TAKEN, counts));
    if (lines === 0) continue;
    held.set(namespace, (held.get(namespace) ?? 0) + lines);
    holding.push(entry);
  }
  return { sums, held, holding };
}

async function writeWhole(
  a3: Pick<JobDailyA3Data, 'putOnce'>,
  folder: string,
  path: string,
  value: unknown,
): Promise<PublishedFile> {
  const body = encodeWhole(value);
  await a3.putOnce(`${folder}/${path}`, body);
  return fileOf(path, body);
}

/** The manifest, and before it the checksums that vouch for it: whoever sees a manifest can check it. */
async function writeSealed(
  a3: Pick<JobDailyA3Data, 'putOnce'>,
  folder: string,
  manifest: Manifest,
): Promise<PublishedFile> {
  const file = fileOf(MANIFEST_PATH, encodeWhole(manifest));
  await a3.putOnce(`${folder}/${CHECKSUMS_PATH}`, Buffer.from(checksums(manifest, file.sha256)));
  return writeWhole(a3, folder, MANIFEST_PATH, manifest);
}

function encodeWhole(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
}

function fileOf(path: string, body: Buffer): PublishedFile {
  const sha256 = createHash('sha256').update(body).digest('hex');
  const lines = body.toString('latin1').split('\n').length - 1;
  return { path, bytes: body.length, sha256, lines, content_sha256: sha256 };
}

async function writeTimes(input: WriteManifestInput, deps: WriteManifestDeps): Promise<void> {
  const key = `${publishedFolder(input)}/times.json`;
  if ((await deps.a3.get(key)) !== null) return;
  const times: Times = { started_at: input.started_at, extraction: input.extraction, ended_at: deps.now() };
  await putFirst(deps.a3, key, Buffer.from(`${JSON.stringify(times, null, 1)}\n`));
}
