/** Which step each function of the machines runs, and with what. The same table serves worker threads and Lambda. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NamespaceModule } from '../agreements/namespaces/namespace-module.ts';
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import { mappingVersion } from '../agreements/table-a3/rules-in-force.ts';
import { PermanentError } from '../errors.ts';
import type {
  CalculateQueriedDocsInput,
  CalculateTransformedInput,
  CleanupInput,
  CreateDeltaBatchesInput,
  CreateQueryBatchesInput,
  DeltaBatchInfoInput,
  PlanReprocessingInput,
  ProcessPayloadInput,
  QueryNamespaceInput,
  TransformDocumentDataInput,
  UpdateHashesInput,
  ValidateQueryInput,
} from '../job/contracts.ts';
import type { RetentionPolicy } from '../job/retention-policy.ts';
import type { LexSource } from '../lex/lex-source.ts';
import { calculateQueriedDocs } from '../steps/calculate-queried-docs.ts';
import { calculateTransformedDocs } from '../steps/calculate-transformed-docs.ts';
import { cleanupDailyJob } from '../steps/cleanup-daily-job.ts';
import { createDeltaBatches } from '../steps/create-delta-batches.ts';
import { type CreateA3DataInput, createJobDailyA3Data } from '../steps/create-job-daily-a3-data.ts';
import { createQueryBatches } from '../steps/create-query-batches.ts';
import { getDeltaDocsBatchInfo } from '../steps/get-delta-docs-batch-info.ts';
import type { ComparedNamespace } from '../steps/pages/judge-document.ts';
import { planReprocessing } from '../steps/plan-reprocessing.ts';
import { processPayloadForRecursion } from '../steps/process-payload-for-recursion.ts';
import { queryNamespace } from '../steps/query-namespace.ts';
import { transformDocumentData } from '../steps/transform-document-data.ts';
import { updateAgreementHashes } from '../steps/update-agreement-hashes.ts';
import { validateQuery } from '../steps/validate-query.ts';
import type { AgreementHash } from '../stores/agreement-hash.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { JobInstanceNamespaceQueryCounts } from '../stores/job-stats.ts';
import type { EnrichmentQueue, EntityTable, GoverningLawTable } from '../stores/look-ups.ts';
import type { JobDailyBatchProcessing, JobDailyDelta } from '../stores/object-store.ts';
import type { FunctionName } from './machines.ts';
import type { WorkLimits } from './runtime-config.ts';
import type { ReadProgress } from './worker-pool.ts';

/** A call hands back its cursor after 12 minutes: Lambda ends it at 15. */
export const TIME_BUDGET_MS = 12 * 60 * 1000;

export interface FunctionDeps {
  readonly lex: LexSource;
  readonly agreementHash: AgreementHash;
  readonly entities: EntityTable;
  readonly governingLaws: GoverningLawTable;
  readonly enrichmentQueue: EnrichmentQueue;
  readonly queryCounts: JobInstanceNamespaceQueryCounts;
  readonly jobDailyDelta: JobDailyDelta;
  readonly jobDailyBatchProcessing: JobDailyBatchProcessing;
  readonly jobDailyA3Data: JobDailyA3Data;
  /** By name. */
  readonly namespaces: ReadonlyMap<string, NamespaceModule>;
  readonly rules: RuleSet;
  readonly codeVersion: string;
  readonly retention: RetentionPolicy;
  readonly workLimits?: WorkLimits;
  readonly onProgress?: (progress: ReadProgress) => void;
}

export interface CallContext {
  readonly signal: AbortSignal;
  /** True when the step must hand back its cursor now. */
  readonly shouldStop: () => boolean;
}

export type StepFunction = (payload: unknown, context: CallContext) => Promise<unknown>;

/**
 * The functions by name. A payload has the type that its machine gives it: both are checked together in `test/job/`.
 * Each is made by a function of its own below, so that a Lambda bundle holds one step and no other's stores.
 */
export function createFunctions(deps: FunctionDeps): Readonly<Record<FunctionName, StepFunction>> {
  return {
    PlanReprocessing: planReprocessingFunction(deps),
    GetTotalDocsInNamespaceAndCreateBatchesForLexQuery: createQueryBatchesFunction(deps),
    QueryNamespace: queryNamespaceFunction(deps),
    CalculateAndUpdateQueriedDocsInNamespace: calculateQueriedDocsFunction(deps),
    ValidateNamespacesQueryingProcess: validateQueryFunction(),
    CreateBatchesForDeltaDocs: createDeltaBatchesFunction(deps),
    GetDeltaDocsBatchInfo: deltaBatchInfoFunction(deps),
    ProcessPayloadForRecursion: processPayloadFunction(),
    TransformDocumentData: transformDocumentDataFunction(deps),
    CalculateTotalTransformedDocs: calculateTransformedFunction(deps),
    CreateJobDailyA3Data: createA3DataFunction(deps),
    UpdateAgreementHashes: updateHashesFunction(deps),
    CleanupDailyJob: cleanupFunction(deps),
  };
}

type Needs<Name extends keyof FunctionDeps> = Pick<FunctionDeps, Name>;

export function planReprocessingFunction(
  deps: Needs<'jobDailyA3Data' | 'jobDailyDelta' | 'entities' | 'governingLaws'>,
): StepFunction {
  const { jobDailyA3Data: a3, jobDailyDelta: delta, entities, governingLaws: laws } = deps;
  return step((input: PlanReprocessingInput, { shouldStop }) =>
    planReprocessing(input, { a3, delta, entities, laws, shouldStop }),
  );
}

export function createQueryBatchesFunction({ lex }: Needs<'lex'>): StepFunction {
  return step((input: CreateQueryBatchesInput) => createQueryBatches(input, { lex }));
}

export function queryNamespaceFunction(
  deps: Needs<'lex' | 'agreementHash' | 'jobDailyDelta' | 'namespaces' | 'rules' | 'onProgress'>,
): StepFunction {
  const { lex, agreementHash: hashes, jobDailyDelta: delta } = deps;
  const namespaceOf = comparedNamespaces(deps);
  return step((input: QueryNamespaceInput, { shouldStop }) =>
    queryNamespace(input, { lex, hashes, delta, namespaceOf, shouldStop, ...WAITING, ...progressOf(deps) }),
  );
}

export function calculateQueriedDocsFunction(
  deps: Needs<'lex' | 'agreementHash' | 'jobDailyDelta' | 'queryCounts' | 'namespaces' | 'rules'>,
): StepFunction {
  const { lex, agreementHash: hashes, jobDailyDelta: delta, queryCounts } = deps;
  const namespaceOf = comparedNamespaces(deps);
  return step((input: CalculateQueriedDocsInput, { shouldStop }) =>
    calculateQueriedDocs(input, { lex, hashes, delta, namespaceOf, shouldStop, queryCounts, ...WAITING }),
  );
}

export function validateQueryFunction(): StepFunction {
  return step(async (input: ValidateQueryInput) => validateQuery(input));
}

export function createDeltaBatchesFunction(
  deps: Needs<'jobDailyDelta' | 'jobDailyBatchProcessing' | 'workLimits'>,
): StepFunction {
  const { jobDailyDelta: delta, jobDailyBatchProcessing: plans, workLimits } = deps;
  return step((input: CreateDeltaBatchesInput, { shouldStop }) =>
    createDeltaBatches(input, { delta, plans, shouldStop, ...workLimits }),
  );
}

export function deltaBatchInfoFunction({
  jobDailyBatchProcessing: plans,
}: Needs<'jobDailyBatchProcessing'>): StepFunction {
  return step((input: DeltaBatchInfoInput) => getDeltaDocsBatchInfo(input, { plans }));
}

export function processPayloadFunction(): StepFunction {
  return step(async (input: ProcessPayloadInput) => processPayloadForRecursion(input));
}

export function transformDocumentDataFunction(
  deps: Needs<
    | 'jobDailyDelta'
    | 'jobDailyBatchProcessing'
    | 'jobDailyA3Data'
    | 'entities'
    | 'governingLaws'
    | 'enrichmentQueue'
    | 'namespaces'
    | 'rules'
  >,
): StepFunction {
  return step((input: TransformDocumentDataInput) =>
    transformDocumentData(input, {
      delta: deps.jobDailyDelta,
      plans: deps.jobDailyBatchProcessing,
      a3: deps.jobDailyA3Data,
      entities: deps.entities,
      laws: deps.governingLaws,
      queue: deps.enrichmentQueue,
      modules: deps.namespaces,
      rules: deps.rules,
    }),
  );
}

export function calculateTransformedFunction(deps: Needs<'jobDailyBatchProcessing' | 'jobDailyA3Data'>): StepFunction {
  const { jobDailyBatchProcessing: plans, jobDailyA3Data: a3 } = deps;
  return step((input: CalculateTransformedInput, { shouldStop }) =>
    calculateTransformedDocs(input, { plans, a3, shouldStop }),
  );
}

export function createA3DataFunction(
  deps: Needs<'jobDailyA3Data' | 'entities' | 'namespaces' | 'rules' | 'codeVersion' | 'workLimits'>,
): StepFunction {
  const { jobDailyA3Data: a3, entities, rules, codeVersion, workLimits } = deps;
  const namespaceOf = comparedNamespaces(deps);
  return step((input: CreateA3DataInput, { shouldStop }) =>
    createJobDailyA3Data(input, {
      a3,
      entities,
      rules,
      shouldStop,
      ...workLimits,
      codeVersion,
      mappingVersion: (name) => namespaceOf(name).mappingVersion,
      now: () => new Date().toISOString(),
    }),
  );
}

export function updateHashesFunction(deps: Needs<'jobDailyA3Data' | 'agreementHash' | 'workLimits'>): StepFunction {
  const { jobDailyA3Data: a3, agreementHash: hashes, workLimits } = deps;
  return step((input: UpdateHashesInput, { shouldStop }) =>
    updateAgreementHashes(input, { a3, hashes, shouldStop, ...workLimits }),
  );
}

export function cleanupFunction(
  deps: Needs<'jobDailyDelta' | 'jobDailyBatchProcessing' | 'jobDailyA3Data' | 'retention'>,
): StepFunction {
  const { jobDailyDelta: delta, jobDailyBatchProcessing: plans, jobDailyA3Data: a3, retention } = deps;
  const now = () => new Date().toISOString();
  return step((input: CleanupInput, { shouldStop }) =>
    cleanupDailyJob(input, { delta, plans, a3, retention, shouldStop, now }),
  );
}

const WAITING = { now: (): Date => new Date(), sleep: async (ms: number) => void (await sleep(ms)) };

/** The one place where a payload takes its type. */
function step<I>(run: (input: I, context: CallContext) => Promise<unknown>): StepFunction {
  return (payload, context) => run(payload as I, context);
}

/** For one call: the step tells what the call has done so far, a run adds up what came since. */
function progressOf({ onProgress }: Needs<'onProgress'>): { readonly onProgress?: (progress: ReadProgress) => void } {
  if (onProgress === undefined) return {};
  let told = { documents: 0, pages: 0 };
  return {
    onProgress: ({ namespace, documents, pages }) => {
      onProgress({ namespace, documents: documents - told.documents, pages: pages - told.pages });
      told = { documents, pages };
    },
  };
}

function comparedNamespaces({ namespaces, rules }: Needs<'namespaces' | 'rules'>): (name: string) => ComparedNamespace {
  return (name) => {
    const module = namespaces.get(name);
    if (module === undefined) {
      throw new PermanentError(
        'CONFIG_INVALID',
        `Nobody says how documents of the namespace \`${name}\` look; known are ${[...namespaces.keys()].join(', ')}.`,
        { namespace: name },
      );
    }
    const { idField, volatileFields } = module;
    return { idField, volatileFields, mappingVersion: mappingVersion(module, rules) };
  };
}
