/**
 * Every function of the stack: its source, its size, and where it may go. Its rights stand in `rights.ts`.
 * Memory buys processor time: 1,769 MB are one whole processor. What was measured is told in `infra/README.md`.
 */
import type { VariableName } from '../../src/runtime/lambda/environment.ts';
import type { FunctionName } from '../../src/runtime/machines.ts';
import type { Place } from './network.ts';

export type DeployedName = FunctionName | 'StartDailyAgreementJob' | 'CheckDeadline';

export interface DeployedFunction {
  readonly name: DeployedName;
  /** In `src/runtime/lambda/`, without its extension. */
  readonly file: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Empty: it calls nobody. */
  readonly places: readonly Place[];
  /** The names that it is given. */
  readonly variables: readonly VariableName[];
  /** How many calls of it the machines make at once, for so many workers. */
  readonly parallel: (workers: number) => number;
}

/** Lambda's longest. A step that has more to do stops at three quarters and hands back its cursor. */
const LONGEST_SECONDS = 900;
const SMALL_MB = 512;
const ONE_PROCESSOR_MB = 1_769;

const LEX_VARIABLES = ['lexUrl', 'lexTokenSecret'] as const;

const one = (): number => 1;
const eachWorker = (workers: number): number => workers;
/** QueryNamespaces runs ⌊40 / workers⌋ namespaces side by side, at least one. */
const eachNamespace = (workers: number): number => Math.max(1, Math.floor(40 / workers));
const eachWorkerOfEachNamespace = (workers: number): number => eachNamespace(workers) * workers;
/** TransformSlices runs ten slices of a batch side by side. */
const eachSlice = (workers: number): number => 10 * workers;

export const DEPLOYED_FUNCTIONS: readonly DeployedFunction[] = [
  {
    name: 'PlanReprocessing',
    file: 'plan-reprocessing',
    memoryMb: ONE_PROCESSOR_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['s3', 'dynamodb'],
    variables: ['jobDailyA3DataBucket', 'jobDailyDeltaBucket', 'entityTable', 'governingLawTable'],
    parallel: one,
  },
  {
    name: 'GetTotalDocsInNamespaceAndCreateBatchesForLexQuery',
    file: 'get-total-docs-in-namespace-and-create-batches-for-lex-query',
    memoryMb: SMALL_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['lex', 'secretsmanager'],
    variables: LEX_VARIABLES,
    parallel: eachNamespace,
  },
  {
    name: 'QueryNamespace',
    file: 'query-namespace',
    memoryMb: ONE_PROCESSOR_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['lex', 'secretsmanager', 'dynamodb', 's3'],
    variables: [...LEX_VARIABLES, 'agreementHashTable', 'jobDailyDeltaBucket'],
    parallel: eachWorkerOfEachNamespace,
  },
  {
    name: 'CalculateAndUpdateQueriedDocsInNamespace',
    file: 'calculate-and-update-queried-docs-in-namespace',
    memoryMb: ONE_PROCESSOR_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['lex', 'secretsmanager', 'dynamodb', 's3'],
    variables: [...LEX_VARIABLES, 'agreementHashTable', 'queryCountsTable', 'jobDailyDeltaBucket'],
    parallel: eachNamespace,
  },
  {
    name: 'ValidateNamespacesQueryingProcess',
    file: 'validate-namespaces-querying-process',
    memoryMb: SMALL_MB,
    timeoutSeconds: 60,
    places: [],
    variables: [],
    parallel: one,
  },
  {
    name: 'CreateBatchesForDeltaDocs',
    file: 'create-batches-for-delta-docs',
    memoryMb: ONE_PROCESSOR_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['s3'],
    variables: ['jobDailyDeltaBucket', 'jobDailyBatchProcessingBucket'],
    parallel: one,
  },
  {
    name: 'GetDeltaDocsBatchInfo',
    file: 'get-delta-docs-batch-info',
    memoryMb: SMALL_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['s3'],
    variables: ['jobDailyBatchProcessingBucket'],
    parallel: eachWorker,
  },
  {
    name: 'ProcessPayloadForRecursion',
    file: 'process-payload-for-recursion',
    memoryMb: SMALL_MB,
    timeoutSeconds: 60,
    places: [],
    variables: [],
    parallel: eachWorker,
  },
  {
    name: 'TransformDocumentData',
    file: 'transform-document-data',
    memoryMb: ONE_PROCESSOR_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['dynamodb', 's3', 'sqs'],
    variables: [
      'jobDailyDeltaBucket',
      'jobDailyBatchProcessingBucket',
      'jobDailyA3DataBucket',
      'entityTable',
      'governingLawTable',
      'enrichmentQueueUrl',
    ],
    parallel: eachSlice,
  },
  {
    name: 'CalculateTotalTransformedDocs',
    file: 'calculate-total-transformed-docs',
    memoryMb: SMALL_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['s3'],
    variables: ['jobDailyBatchProcessingBucket', 'jobDailyA3DataBucket'],
    parallel: one,
  },
  {
    name: 'CreateJobDailyA3Data',
    file: 'create-job-daily-a3-data',
    memoryMb: ONE_PROCESSOR_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['dynamodb', 's3'],
    variables: ['jobDailyA3DataBucket', 'entityTable'],
    parallel: eachWorker,
  },
  {
    name: 'UpdateAgreementHashes',
    file: 'update-agreement-hashes',
    memoryMb: ONE_PROCESSOR_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['dynamodb', 's3'],
    variables: ['agreementHashTable', 'jobDailyA3DataBucket'],
    parallel: eachWorker,
  },
  {
    name: 'CleanupDailyJob',
    file: 'cleanup-daily-job',
    memoryMb: SMALL_MB,
    timeoutSeconds: LONGEST_SECONDS,
    places: ['s3'],
    variables: ['jobDailyDeltaBucket', 'jobDailyBatchProcessingBucket', 'jobDailyA3DataBucket', 'retention'],
    parallel: one,
  },
  {
    name: 'StartDailyAgreementJob',
    file: 'start-daily-agreement-job',
    memoryMb: SMALL_MB,
    timeoutSeconds: 60,
    places: ['states'],
    variables: ['stateMachine', 'jobInput', 'timeZone', 'daysBack', 'holidays'],
    parallel: one,
  },
  {
    name: 'CheckDeadline',
    file: 'check-deadline',
    memoryMb: SMALL_MB,
    timeoutSeconds: 60,
    places: ['dynamodb'],
    variables: ['jobStatsTable', 'timeZone', 'daysBack', 'holidays'],
    parallel: one,
  },
];
