/**
 * The job's functions with their documents taken away: counts come from a small world instead of from Lex and stores,
 * while gates and turns are as in the job. The machines' control flow is what is compared.
 */
import type {
  CalculateQueriedDocsInput,
  CalculateTransformedInput,
  CleanupInput,
  CreateDeltaBatchesInput,
  CreateQueryBatchesInput,
  DeltaBatchInfoInput,
  NamespaceCounts,
  ProcessPayloadInput,
  QueryNamespaceInput,
  TransformDocumentDataInput,
  UpdateHashesInput,
} from '../../../src/job/contracts.ts';
import { transformationGate } from '../../../src/job/gates.ts';
import type { FunctionName } from '../../../src/runtime/machines.ts';
import type { CreateA3DataInput } from '../../../src/steps/create-job-daily-a3-data.ts';
import { validateQuery } from '../../../src/steps/validate-query.ts';
import type { LambdaFunction } from './lambda-server.ts';

export interface World {
  /** Documents by namespace. */
  readonly documents: Readonly<Record<string, number>>;
  /** How many of them an iteration reads; absent: all. */
  readonly read?: (namespace: string, iteration: number) => number;
  /** Documents to be transformed per namespace, and how many of all of them turn out valid. */
  readonly planned: number;
  readonly valid: number;
  /** Slices per batch, and how many of them a leaf holds. */
  readonly slices: number;
  readonly leafSlices: number;
}

export type JobFunctions = Readonly<Record<FunctionName, LambdaFunction>>;

export function jobFunctions(world: World): JobFunctions {
  const isFirst = firstTimes();
  return {
    PlanReprocessing: () => {
      const look_ups = { through: 3, open: [2] };
      return { replays_through: 0, look_ups, reprocess: {}, cursor: isFirst('plan') ? { shard: 1 } : null };
    },
    GetTotalDocsInNamespaceAndCreateBatchesForLexQuery: ({ namespace, ...input }: CreateQueryBatchesInput) => {
      const total_docs = world.documents[namespace]!;
      const pages = Math.ceil(total_docs / input.query_batch_size);
      return { total_docs, batch_index: count(Math.min(pages, input.max_parallel_executions)) };
    },
    QueryNamespace: ({ batch, batches, cursor }: QueryNamespaceInput) => {
      return { batch, pages: 1, failed_pages: 0, error: null, cursor: cursor === null ? batch + batches : null };
    },
    CalculateAndUpdateQueriedDocsInNamespace: (input: CalculateQueriedDocsInput) => {
      if (input.cursor === null && input.total_docs > 0) return { cursor: { page: 1 }, counts: null };
      return { cursor: null, counts: countsOf(world, input) };
    },
    ValidateNamespacesQueryingProcess: validateQuery,
    CreateBatchesForDeltaDocs: ({ job_id, max_parallel_executions, namespaces, cursor }: CreateDeltaBatchesInput) => {
      const isEmpty = namespaces.every(({ namespace }) => world.documents[namespace] === 0) || world.slices === 0;
      const batch_index = count(isEmpty ? 0 : max_parallel_executions);
      const isDone = cursor !== null || isEmpty;
      const plan = `execution_input/${job_id}`;
      return { plan, batch_index, slices: batch_index.length * world.slices, cursor: isDone ? null : { page: 2 } };
    },
    GetDeltaDocsBatchInfo: ({ from, to }: DeltaBatchInfoInput) => ({ from: from ?? 0, to: to ?? world.slices }),
    ProcessPayloadForRecursion: ({ from, to }: ProcessPayloadInput) => {
      if (to - from <= world.leafSlices) {
        return { is_leaf: true, slices: count(to - from).map((i) => from + i), delta_docs_batches: [] };
      }
      const middle = from + Math.ceil((to - from) / 2);
      return { is_leaf: false, slices: [], delta_docs_batches: [from, middle].map((at) => partFrom(at, middle, to)) };
    },
    TransformDocumentData: ({ slice }: TransformDocumentDataInput) => ({ slice, planned: 1, valid: 1, rejected: 0 }),
    CalculateTotalTransformedDocs: (input: CalculateTransformedInput) => {
      if (input.cursor === null && input.slices > 0) {
        return { cursor: { slice: 1 }, gate: null, counts: null, failed_slices: 0, cause: null };
      }
      const { planned, docs_transformation_percentage_success: threshold, overrides } = input;
      const valid = Math.min(world.valid, planned);
      const gate = transformationGate({ valid, planned }, threshold, overrides);
      const cause = gate.passed ? null : `${valid} of ${planned} documents are valid.`;
      return { cursor: null, gate, counts: { planned, valid }, failed_slices: 0, cause };
    },
    CreateJobDailyA3Data: (input: CreateA3DataInput) => createA3Data(input),
    UpdateAgreementHashes: ({ batch, cursor }: UpdateHashesInput) => {
      return { batch, applied: 1, refused: 0, cursor: cursor === null ? { document: 1 } : null };
    },
    CleanupDailyJob: ({ plan, business_date }: CleanupInput) => {
      const more = isFirst(plan);
      const retention = { tables: 1, texts: 2, dates: [business_date], files: 9, bytes: 900, more: false, error: null };
      return { deleted: 1000, more, retention: more ? null : retention };
    },
  };
}

function createA3Data(input: CreateA3DataInput): unknown {
  switch (input.phase) {
    case 'plan':
      return input.cursor === null
        ? { shards: 0, batch_index: [], cursor: 'mac' }
        : { shards: 2, batch_index: count(input.max_parallel_executions), cursor: null };
    case 'build':
    case 'check':
      return { batch: input.batch, cursor: input.cursor === null ? 1 : null };
    case 'masters':
      return { cursor: input.cursor === null ? 1 : null };
    case 'manifest': {
      const manifest = `published/as_of=${input.business_date}/attempt=${input.attempt}/manifest.json`;
      return { manifest, rows: 7, added: 7, changed: 0, removed: 0, rejected: 0, stale: 0, table_findings: 0 };
    }
    case 'as_of':
      return { key: `as_of/${input.business_date}.json` };
  }
}

function countsOf(world: World, { namespace, iteration, total_docs, workers }: CalculateQueriedDocsInput) {
  const total_docs_queried = world.read?.(namespace, iteration) ?? total_docs;
  const planned = Math.min(world.planned, total_docs_queried);
  const cause = workers.find(({ error }) => error !== null)?.error ?? null;
  const counts: NamespaceCounts = {
    namespace,
    iteration,
    total_docs,
    total_docs_queried,
    planned,
    new: planned,
    changed: 0,
    reprocessed: 0,
    touched: 0,
    unchanged: total_docs_queried - planned,
    standing: 0,
    unreadable: 0,
    removed: 0,
    removals_held: 0,
    failed_pages: 0,
    gaps: 0,
    repaired_joints: 0,
    complete: total_docs_queried === total_docs,
    cause,
  };
  return counts;
}

/** True the first time that it is asked about something. */
export function firstTimes(): (what: string) => boolean {
  const asked = new Set<string>();
  return (what) => {
    const isFirst = !asked.has(what);
    asked.add(what);
    return isFirst;
  };
}

function count(length: number): readonly number[] {
  return Array.from({ length }, (_, i) => i);
}

function partFrom(at: number, middle: number, to: number): { readonly from: number; readonly to: number } {
  return { from: at, to: at === middle ? to : middle };
}
