/**
 * Which methods of which store each step may call, taken from the steps' own types: a method that a step's `Deps` name and
 * this table does not, or the other way round, does not compile.
 */

import type { deadlineCheck } from '../../src/runtime/lambda/check-deadline.ts';
import type { CalculateQueriedDocsDeps } from '../../src/steps/calculate-queried-docs.ts';
import type { CalculateTransformedDeps } from '../../src/steps/calculate-transformed-docs.ts';
import type { CleanupDeps } from '../../src/steps/cleanup-daily-job.ts';
import type { CreateDeltaBatchesDeps } from '../../src/steps/create-delta-batches.ts';
import type { CreateA3DataDeps } from '../../src/steps/create-job-daily-a3-data.ts';
import type { getDeltaDocsBatchInfo } from '../../src/steps/get-delta-docs-batch-info.ts';
import type { PlanReprocessingDeps } from '../../src/steps/plan-reprocessing.ts';
import type { QueryNamespaceDeps } from '../../src/steps/query-namespace.ts';
import type { TransformDocumentDataDeps } from '../../src/steps/transform-document-data.ts';
import type { UpdateHashesDeps } from '../../src/steps/update-agreement-hashes.ts';
import type { RIGHTS } from '../lib/rights.ts';

/** A store by the name under which steps know it, and the driver that it has on AWS. */
export const DRIVERS = {
  a3: ['jobDailyA3Data', 'S3JobDailyA3Data'],
  delta: ['jobDailyDelta', 'S3ObjectStore'],
  plans: ['jobDailyBatchProcessing', 'S3ObjectStore'],
  hashes: ['agreementHash', 'DynamoAgreementHash'],
  queryCounts: ['queryCounts', 'DynamoQueryCounts'],
  entities: ['entity', 'DynamoEntityTable'],
  laws: ['governingLaw', 'DynamoGoverningLawTable'],
  queue: ['enrichmentQueue', 'SqsEnrichmentQueue'],
  jobStats: ['jobStats', 'DynamoJobStats'],
} as const;
type StoreName = keyof typeof DRIVERS;

type Use<Deps> = { readonly [Store in keyof Deps & StoreName]: Readonly<Record<keyof Deps[Store] & string, true>> };

export const STORE_USE: {
  readonly PlanReprocessing: Use<PlanReprocessingDeps>;
  readonly GetTotalDocsInNamespaceAndCreateBatchesForLexQuery: object;
  readonly QueryNamespace: Use<QueryNamespaceDeps>;
  readonly CalculateAndUpdateQueriedDocsInNamespace: Use<CalculateQueriedDocsDeps>;
  readonly ValidateNamespacesQueryingProcess: object;
  readonly CreateBatchesForDeltaDocs: Use<CreateDeltaBatchesDeps>;
  readonly GetDeltaDocsBatchInfo: Use<Parameters<typeof getDeltaDocsBatchInfo>[1]>;
  readonly ProcessPayloadForRecursion: object;
  readonly TransformDocumentData: Use<TransformDocumentDataDeps>;
  readonly CalculateTotalTransformedDocs: Use<CalculateTransformedDeps>;
  readonly CreateJobDailyA3Data: Use<CreateA3DataDeps>;
  readonly UpdateAgreementHashes: Use<UpdateHashesDeps>;
  readonly CleanupDailyJob: Use<CleanupDeps>;
  readonly StartDailyAgreementJob: object;
  readonly CheckDeadline: Use<{ readonly jobStats: Parameters<typeof deadlineCheck>[0] }>;
} & Readonly<Record<keyof typeof RIGHTS, object>> = {
  PlanReprocessing: {
    a3: { get: true, open: true },
    delta: { get: true, put: true },
    entities: { get: true },
    laws: { get: true },
  },
  GetTotalDocsInNamespaceAndCreateBatchesForLexQuery: {},
  QueryNamespace: { hashes: { readRange: true }, delta: { get: true, put: true } },
  CalculateAndUpdateQueriedDocsInNamespace: {
    hashes: { readRange: true },
    delta: { get: true, put: true, list: true },
    queryCounts: { put: true },
  },
  ValidateNamespacesQueryingProcess: {},
  CreateBatchesForDeltaDocs: { delta: { list: true }, plans: { get: true, put: true } },
  GetDeltaDocsBatchInfo: { plans: { get: true } },
  ProcessPayloadForRecursion: {},
  TransformDocumentData: {
    delta: { get: true },
    plans: { get: true },
    a3: { firstLine: true, putOnce: true },
    entities: { get: true, putIfAbsent: true },
    laws: { get: true },
    queue: { send: true },
  },
  CalculateTotalTransformedDocs: { plans: { get: true }, a3: { firstLine: true } },
  CreateJobDailyA3Data: {
    a3: { get: true, open: true, firstLine: true, putOnce: true, putOnceStream: true, putPointer: true, list: true },
    entities: { get: true, readPage: true },
  },
  UpdateAgreementHashes: { a3: { get: true, open: true }, hashes: { apply: true, sweepTombstones: true } },
  CleanupDailyJob: {
    delta: { list: true, deleteSome: true },
    plans: { list: true, deleteSome: true },
    a3: { get: true, list: true, putOnce: true, remove: true },
  },
  StartDailyAgreementJob: {},
  CheckDeadline: { jobStats: { getLock: true, getRun: true } },
};
