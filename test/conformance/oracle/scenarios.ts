/** The days that both homes must live through alike. */
import type { Item } from '../../../src/engine/dynamodb/item-tables.ts';
import type { JsonObject } from '../../../src/engine/json.ts';
import type {
  CreateQueryBatchesInput,
  QueryNamespaceInput,
  TransformDocumentDataInput,
} from '../../../src/job/contracts.ts';
import { DAILY_AGREEMENT_JOB, TRANSFORM_DELTA_BATCH } from '../../../src/runtime/machines.ts';
import type { Home } from './home.ts';
import { firstTimes, type JobFunctions, type World } from './job-functions.ts';

export interface Scenario {
  readonly claim: string;
  readonly world?: Partial<World>;
  readonly input?: JsonObject;
  /**
   * Replaces functions; called once per home, so that what it keeps is that home's own. `runMain` runs the main
   * execution, which otherwise follows `before`.
   */
  readonly functions?: (standard: JobFunctions, runMain: () => Promise<unknown>) => Partial<JobFunctions>;
  /** TimeoutSeconds by state, or by `machine NAME`, in place of the definition's. */
  readonly timeouts?: Readonly<Record<string, number>>;
  /** What went before. */
  readonly before?: (home: Home) => Promise<unknown>;
  /** States that this scenario is about: it is none if they are not entered. */
  readonly enters: readonly string[];
  readonly ends: 'SUCCEEDED' | 'FAILED';
}

export const MAIN_EXECUTION = 'agreements-2021-10-20';
export const EARLIER_EXECUTION = 'agreements-2021-10-19';
export const LOCK_KEY: Item = { business_date: { S: 'LOCK' }, execution_name: { S: 'LOCK' } };

export const STANDARD_WORLD: World = {
  documents: { docman: 30, mac: 25 },
  planned: 5,
  valid: 10,
  slices: 3,
  leafSlices: 10,
};

export const STANDARD_INPUT = {
  max_parallel_executions: 2,
  query_batch_size: 10,
  business_date: '10-20-2021',
  query_percentage_success: 0.9,
  docs_transformation_percentage_success: 0.9,
  namespaces: ['docman', 'mac'].map((namespace) => ({ namespace, total_docs: 0, total_docs_queried: 0 })),
};

const ONE_NAMESPACE = {
  max_parallel_executions: 1,
  namespaces: [{ namespace: 'mac', total_docs: 0, total_docs_queried: 0 }],
};

export const SCENARIOS: readonly Scenario[] = [
  {
    claim: 'a normal day',
    enters: ['QueryWorkers', 'TransformSlices', 'BuildShards', 'CheckTable', 'PublishHead', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'a normal day of one worker, after a base whose hashes are not all written',
    input: ONE_NAMESPACE,
    before: (home) => putLock(home, { head: baseOf(2), as_of: '2021-10-19', hashes_of: baseOf(1) }),
    enters: ['FinishHashesBatch', 'RecordHashesFinished', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'an empty day',
    world: { documents: { docman: 0, mac: 0 }, slices: 0 },
    enters: ['QueryWorkers', 'TransformBatches', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'a namespace that is queried again, to success',
    world: { read: (namespace, iteration) => (namespace === 'mac' && iteration === 1 ? 12 : 25) },
    enters: ['HasQueryGatePassed', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'a namespace that is queried three times, to failure',
    world: { read: (namespace) => (namespace === 'mac' ? 12 : 30) },
    enters: ['QueryGateFailed', 'JobFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'a Lex that cannot be asked for a total',
    functions: (standard) => ({
      GetTotalDocsInNamespaceAndCreateBatchesForLexQuery: (input: CreateQueryBatchesInput) =>
        input.namespace === 'mac'
          ? fail('TransientError', '[LEX_UNREACHABLE] "mac" \\ cannot be reached.')
          : standard.GetTotalDocsInNamespaceAndCreateBatchesForLexQuery(input as never),
    }),
    enters: ['NamespaceUnread', 'QueryGateFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'a failed transformation gate',
    world: { valid: 8 },
    enters: ['TransformationGateFailed', 'JobFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'a failed transformation gate that an operator accepted',
    world: { valid: 8 },
    input: { overrides: [{ accept: 'transform', by: 'Ada', reason: 'known "gap"' }] },
    enters: ['PublishHead', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'a lock that another run holds',
    functions: (standard, runMain) => ({
      PlanReprocessing: async (input: { readonly business_date: string }) => {
        // The main execution runs and ends while the one of the day before holds the lock.
        if (input.business_date === '2021-10-19') await runMain();
        return standard.PlanReprocessing(input as never);
      },
    }),
    before: runEarlier,
    enters: ['DescribeLockOwner', 'JobAlreadyRunning', 'JobFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'a lock whose owner is not there',
    before: async (home) => {
      const owner = { S: home.executionId(DAILY_AGREEMENT_JOB, EARLIER_EXECUTION) };
      await putLock(home, { owner, owner_date: '2021-10-19', owner_name: EARLIER_EXECUTION });
    },
    enters: ['DescribeLockOwner', 'CloseOwnersRow', 'TakeOverLock', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'a lock whose owner is closed, and its row still says running',
    world: { valid: 10 },
    before: async (home) => {
      await runEarlier(home);
      const owner = { S: home.executionId(DAILY_AGREEMENT_JOB, EARLIER_EXECUTION) };
      await putLock(home, { owner, owner_date: '2021-10-19', owner_name: EARLIER_EXECUTION });
      const key = { business_date: { S: '2021-10-19' }, execution_name: { S: EARLIER_EXECUTION } };
      await home.putItem('JobStats', { ...key, status: { S: 'running' } });
    },
    enters: ['DescribeLockOwner', 'CloseOwnersRow', 'TakeOverLock', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'a business date before the one that is published',
    before: (home) => putLock(home, { head: baseOf(1), as_of: '2021-10-21', hashes_of: baseOf(1) }),
    enters: ['DateOutOfOrder', 'JobFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'transient errors that are retried',
    functions: (standard) => ({
      QueryNamespace: failingFirst(standard.QueryNamespace, 1),
      ValidateNamespacesQueryingProcess: failingFirst(standard.ValidateNamespacesQueryingProcess, 3),
      TransformDocumentData: failingFirst(standard.TransformDocumentData, 2),
    }),
    enters: ['JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'a function that always fails',
    functions: () => ({ CreateBatchesForDeltaDocs: () => fail('PermanentError', '[STORE_CORRUPT] No such page.') }),
    enters: ['CreateBatchesForDeltaDocs', 'JobFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'a function that fails however often it is retried',
    functions: () => ({ CleanupDailyJob: () => fail('TransientError', '[STORE_BUSY] Busy.') }),
    enters: ['CleanupDailyJob', 'JobFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'a worker that dies',
    functions: (standard) => ({
      QueryNamespace: (input: QueryNamespaceInput) =>
        input.namespace === 'mac' && input.batch === 1
          ? fail('Runtime.ExitError', 'Error: Runtime exited')
          : standard.QueryNamespace(input as never),
    }),
    enters: ['WorkerFailed', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'hash writes that fail for good after the publication',
    input: ONE_NAMESPACE,
    functions: () => ({ UpdateAgreementHashes: () => fail('PermanentError', '[STORE_CORRUPT] No hash.') }),
    enters: ['PublishHead', 'UpdateHashesBatch', 'RecordJobFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'a slice that fails',
    functions: (standard) => ({
      TransformDocumentData: (input: TransformDocumentDataInput) =>
        input.slice === 1
          ? fail('PermanentError', '[LEX_BAD_PAGE] Not JSON.')
          : standard.TransformDocumentData(input as never),
    }),
    enters: ['SliceFailed', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'batches that recurse twice',
    world: { slices: 5, leafSlices: 2 },
    enters: ['RecurseBatch', 'SumParts', 'SumSlices', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'a nested execution that fails',
    functions: () => ({ GetDeltaDocsBatchInfo: () => fail('PermanentError', '[STORE_CORRUPT] No plan.') }),
    world: { valid: 0 },
    enters: ['BatchFailed', 'TransformationGateFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'a task that times out, on every attempt',
    timeouts: { TransformDocumentData: 1 },
    functions: (standard) => ({
      TransformDocumentData: (input: TransformDocumentDataInput) =>
        input.slice === 0 ? new Promise(() => {}) : standard.TransformDocumentData(input as never),
    }),
    enters: ['SliceFailed', 'JobSucceeded'],
    ends: 'SUCCEEDED',
  },
  {
    claim: 'a nested execution whose machine times out',
    timeouts: { [`machine ${TRANSFORM_DELTA_BATCH}`]: 2 },
    input: ONE_NAMESPACE,
    world: { valid: 0 },
    functions: () => ({ TransformDocumentData: () => new Promise(() => {}) }),
    enters: ['BatchFailed', 'TransformationGateFailed'],
    ends: 'FAILED',
  },
  {
    claim: 'a result above 256 KiB',
    functions: () => ({ CreateBatchesForDeltaDocs: () => ({ plan: 'x'.repeat(262_144) }) }),
    enters: ['CreateBatchesForDeltaDocs', 'RecordJobFailed'],
    ends: 'FAILED',
  },
];

function runEarlier(home: Home): Promise<unknown> {
  return home.run(DAILY_AGREEMENT_JOB, EARLIER_EXECUTION, { ...STANDARD_INPUT, business_date: '2021-10-19' });
}

function putLock(home: Home, attributes: Readonly<Record<string, string | { readonly S: string }>>): Promise<void> {
  const values = Object.entries(attributes).map(([name, value]) => [
    name,
    typeof value === 'string' ? { S: value } : value,
  ]);
  return home.putItem('JobStats', { ...LOCK_KEY, fence: { N: '4' }, ...Object.fromEntries(values) });
}

/** Fails the first `times` calls of each payload. */
function failingFirst<F extends (payload: never) => unknown>(run: F, times: number): F {
  const isFirst = Array.from({ length: times }, firstTimes);
  return ((payload: never) => {
    const what = JSON.stringify(payload);
    return isFirst.some((first) => first(what)) ? fail('TransientError', '[LEX_UNREACHABLE] 503') : run(payload);
  }) as F;
}

function fail(name: string, message: string): never {
  throw Object.assign(new Error(message), { name });
}

/** A manifest of the day before. */
function baseOf(attempt: number): string {
  return `published/as_of=2021-10-19/attempt=${attempt}/manifest.json`;
}
