/** Makes slice outputs from lines and takes them through all phases of CreateJobDailyA3Data, as the machine does. */
import { compareBytes } from '../../src/agreements/byte-order.ts';
import type { Fingerprint } from '../../src/agreements/fingerprint.ts';
import { entityItem } from '../../src/agreements/make-look-up-items.ts';
import { type A3Values, ROW_FIELDS } from '../../src/agreements/table-a3/fields.ts';
import type { RuleSet } from '../../src/agreements/table-a3/rules.ts';
import { DEFAULT_RULES } from '../../src/agreements/table-a3/rules-in-force.ts';
import type { TransformedRow } from '../../src/agreements/transformed.ts';
import type {
  AttemptId,
  BuildShardsInput,
  LookUpsServed,
  NamespaceCounts,
  Override,
  WriteManifestOutput,
  WriteMastersOutput,
} from '../../src/job/contracts.ts';
import { queryGate, transformationGate } from '../../src/job/gates.ts';
import { sliceOutputKey } from '../../src/publish/attempt-files.ts';
import { buildShards } from '../../src/publish/build-shard.ts';
import { checkTable } from '../../src/publish/check-table.ts';
import { planShards } from '../../src/publish/plan-shards.ts';
import type { ShardLimits } from '../../src/publish/shard-layout.ts';
import { compareLines } from '../../src/publish/slice-merge.ts';
import type { RejectedLine, SliceLine, ValidLine } from '../../src/publish/slice-output.ts';
import { writeManifest } from '../../src/publish/write-manifest.ts';
import { writeMasters } from '../../src/publish/write-masters.ts';
import { encodeSlice } from '../../src/steps/slices/encode-slice.ts';
import type { JobDailyA3Data } from '../../src/stores/job-daily-a3-data.ts';
import type { EntityTable } from '../../src/stores/look-ups.ts';

export interface DaySlice {
  readonly namespace: string;
  readonly lines: readonly SliceLine[];
  /** Planned, but its output is missing. */
  readonly failed?: boolean;
}

export interface DayOptions {
  readonly workers?: number;
  readonly limits?: ShardLimits;
  readonly linesPerRange?: number;
  readonly listEntries?: number;
  /** Every phase hands back its cursor as often as it may. */
  readonly stopsAlways?: boolean;
  /** ISO; what `times.json` gets. */
  readonly now?: string;
  /** Default: knows every entity, in CO and CP. */
  readonly entities?: Pick<EntityTable, 'get'>;
  /** Default: the master tables are empty. */
  readonly masters?: Pick<EntityTable, 'readPage'>;
  /** Default: none has changed. */
  readonly lookUps?: LookUpsServed;
  /** Default 0: nobody has asked for a replay. */
  readonly replaysThrough?: number;
  readonly rules?: RuleSet;
  readonly overrides?: readonly Override[];
  /** Default 1: fields may be as empty as they like. */
  readonly maxFillRateDrop?: number;
  /** Changes what the pages said. */
  readonly query?: (counts: readonly NamespaceCounts[]) => readonly NamespaceCounts[];
}

export function a3Values(values: Partial<A3Values>): A3Values {
  const all = ROW_FIELDS.map((field) => [field, values[field] ?? null]);
  return Object.fromEntries(all) as A3Values;
}

export function transformedRow(values: Partial<A3Values>, uses: TransformedRow['uses'] = []): TransformedRow {
  return { values: a3Values(values), full_name: null, uses };
}

export function fingerprint(content: string): Fingerprint {
  return { raw_hash: `raw-${content}`, content_hash: `content-${content}`, hash_scheme: 1, mapping_version: 'm-1' };
}

export function validLine(lex_id: string, rows: readonly TransformedRow[], content = 'x'): ValidLine {
  return { op: 'valid', lex_id, status: 'changed', fingerprint: fingerprint(content), rows, findings: [] };
}

export function rejectedLine(lex_id: string, content = 'x'): RejectedLine {
  const finding = { field: null, rule: 'A3.5-unreadable', severity: 'error', message: 'm', value: null } as const;
  const findings = [{ ...finding, agreement_id: null }];
  return {
    op: 'rejected',
    lex_id,
    status: 'changed',
    fingerprint: fingerprint(content),
    findings,
    uses: [{ table: 'Entity', key: `who-${content}`, version: 'absent' }],
    raw: `{"raw":"${content}"}`,
  };
}

export async function writeSlices(a3: JobDailyA3Data, id: AttemptId, slices: readonly DaySlice[]): Promise<void> {
  for (const [number, { namespace, lines, failed }] of slices.entries()) {
    if (failed) continue;
    const { body } = encodeSlice(namespace, number % 3, number, lines.toSorted(compareLines));
    await a3.putOnce(sliceOutputKey(id, number % 3, number), body);
  }
}

/** What the pages would have said of these slices. */
export function queryCounts(slices: readonly DaySlice[], namespaces: readonly string[]): readonly NamespaceCounts[] {
  return namespaces.map((namespace) => {
    const lines = slices.filter((slice) => slice.namespace === namespace).flatMap((slice) => slice.lines);
    const ofStatus = (status: string) => lines.filter((line) => 'status' in line && line.status === status).length;
    const ofOp = (op: string) => lines.filter((line) => line.op === op).length;
    const outcomes = {
      new: ofStatus('new'),
      changed: ofStatus('changed'),
      reprocessed: ofStatus('reprocessed'),
      touched: lines.filter((line) => line.op === 'touched' && line.of === 'good').length,
      unchanged: 7,
      standing: lines.filter((line) => line.op === 'touched' && line.of === 'rejected').length,
      unreadable: ofOp('unreadable'),
    };
    const listed = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    return {
      namespace,
      iteration: 1,
      total_docs: listed,
      total_docs_queried: listed,
      ...outcomes,
      planned: outcomes.new + outcomes.changed + outcomes.reprocessed,
      removed: ofOp('removed'),
      removals_held: ofOp('held'),
      failed_pages: 0,
      gaps: 0,
      repaired_joints: 0,
      complete: outcomes.unreadable === 0,
      cause: null,
    };
  });
}

const EVERYWHERE: Pick<EntityTable, 'get'> = { get: async (key) => entityItem(key, ['CO', 'CP'], {}) };
const NOBODY: Pick<EntityTable, 'readPage'> = { readPage: async () => ({ items: [], next: null }) };

export const TINY: ShardLimits = { targetLines: 6, mergeBelow: 3, markEvery: 2 };

export function jobId({ business_date, attempt }: AttemptId): string {
  return `agreements-${business_date}-attempt-${attempt}`;
}

/** All phases up to the manifest. */
export async function publishDay(
  a3: JobDailyA3Data,
  id: AttemptId,
  base: string | null,
  slices: readonly DaySlice[],
  options: DayOptions = {},
): Promise<WriteManifestOutput> {
  await writeSlices(a3, id, slices);
  return runPhases(a3, id, base, slices, options);
}

export async function runPhases(
  a3: JobDailyA3Data,
  id: AttemptId,
  base: string | null,
  slices: readonly DaySlice[],
  options: DayOptions = {},
): Promise<WriteManifestOutput> {
  const common = { ...id, job_id: jobId(id), base };
  const listEntries = options.listEntries ?? 10_000;
  const limits = options.limits ?? TINY;
  const deps = {
    a3,
    entities: {
      get: (key: string) => (options.entities ?? EVERYWHERE).get(key),
      readPage: (after: string | null) => (options.masters ?? NOBODY).readPage(after),
    },
    rules: options.rules ?? DEFAULT_RULES,
    limits,
    linesPerRange: options.linesPerRange ?? 5,
    listEntries,
    shouldStop: () => options.stopsAlways ?? false,
    codeVersion: '0.1.0',
    mappingVersion: (namespace: string) => `${namespace}-1`,
    now: () => options.now ?? '2021-10-20T06:00:00Z',
  };
  const plan = { ...common, phase: 'plan', max_parallel_executions: options.workers ?? 2 } as const;
  let planned = await planShards({ ...plan, cursor: null }, deps);
  while (planned.cursor !== null) planned = await planShards({ ...plan, cursor: planned.cursor }, deps);
  for (const [phase, run] of [['build', buildShards] as const, ['check', checkTable] as const]) {
    await Promise.all(
      planned.batch_index.map(async (batch) => {
        let cursor: number | null = null;
        do {
          const input: BuildShardsInput = { ...common, phase, batch, batches: planned.batch_index.length, cursor };
          ({ cursor } = await run(input, deps));
        } while (cursor !== null);
      }),
    );
  }
  const look_ups = options.lookUps ?? { through: 0, open: [] };
  let masters: WriteMastersOutput = { cursor: null };
  do {
    masters = await writeMasters({ ...common, phase: 'masters', look_ups, ...masters }, { ...deps, runRows: 3 });
  } while (masters.cursor !== null);
  const namespaces = [...new Set(slices.map(({ namespace }) => namespace))].sort(compareBytes);
  const counts = queryCounts(slices, namespaces);
  return writeManifest(
    {
      ...common,
      phase: 'manifest',
      query: options.query?.(counts) ?? counts,
      query_gate: queryGate(counts, 0),
      transformation_gate: transformationGate({ valid: validOf(slices), planned: plannedOf(counts) }, 0, []),
      failed_slices: slices.filter(({ failed }) => failed).length,
      replays_through: options.replaysThrough ?? 0,
      look_ups,
      overrides: options.overrides ?? [],
      started_at: '2021-10-20T05:00:00Z',
      max_fill_rate_drop: options.maxFillRateDrop ?? 1,
      max_removed_percentage: 0.05,
      extraction: { began: '2021-10-20T05:01:00Z', ended: '2021-10-20T05:30:00Z' },
    },
    deps,
  );
}

function validOf(slices: readonly DaySlice[]): number {
  const lines = slices.filter(({ failed }) => !failed).flatMap((slice) => slice.lines);
  return lines.filter(({ op }) => op === 'valid').length;
}

function plannedOf(counts: readonly NamespaceCounts[]): number {
  return counts.reduce((sum, { planned }) => sum + planned, 0);
}

/** Everything that stands below a folder, as text by key. */
export async function snapshot(a3: JobDailyA3Data, folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { key } of a3.list(folder)) files.set(key, (await a3.get(key))?.toString('latin1') ?? '');
  return files;
}
