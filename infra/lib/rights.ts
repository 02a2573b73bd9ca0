/**
 * What each function may do, and nothing else. Where a row differs from what one would expect, the reason stands beside
 * it; the prices are told in `docs/adr/0009-rights-of-functions.md`. Rights on the keys follow from these rows.
 */
import type { DeployedName } from './deployed-functions.ts';

export type Thing =
  | 'jobStats'
  | 'agreementHash'
  | 'queryCounts'
  | 'governingLaw'
  | 'entity'
  | 'jobDailyDelta'
  | 'jobDailyBatchProcessing'
  | 'jobDailyA3Data'
  | 'enrichmentQueue'
  | 'lexToken'
  | 'dailyAgreementJob';

export interface Right {
  readonly on: Thing;
  readonly actions: readonly string[];
  /** Patterns of keys that the actions are for, `*` for any text; for buckets alone. Not given: the thing itself. */
  readonly keys?: readonly string[];
  /** Patterns of the prefixes that may be listed. Not given: any. */
  readonly prefixes?: readonly string[];
}

/** An attempt's folder begins with its business date. */
const DATE = '????-??-??';
/** Listing an attempt's folder, and no more than that. */
const ATTEMPTS = [`${DATE}/*`];
const PLANS = ['execution_input/*'];

const read = (on: Thing, keys: readonly string[]): Right => ({ on, actions: ['s3:GetObject'], keys });
const put = (on: Thing, keys: readonly string[]): Right => ({ on, actions: ['s3:PutObject'], keys });
const list = (on: Thing, prefixes: readonly string[]): Right => ({ on, actions: ['s3:ListBucket'], prefixes });
/**
 * To learn that an object is absent: without it S3 answers 403, which is no answer. It cannot be narrowed to a prefix, since
 * a read has none; it shows keys, never contents.
 */
const mayBeAbsent = (on: Thing): Right => ({ on, actions: ['s3:ListBucket'] });
const table = (on: Thing, ...actions: string[]): Right => ({
  on,
  actions: actions.map((action) => `dynamodb:${action}`),
});

const LEX_TOKEN: Right = { on: 'lexToken', actions: ['secretsmanager:GetSecretValue'] };

export const RIGHTS: Readonly<Record<DeployedName, readonly Right[]>> = {
  PlanReprocessing: [
    // The base's manifest and uses, the operators' requests and the notes of changed look-ups until one is absent.
    read('jobDailyA3Data', ['published/*', 'replay/*', 'look-ups/*']),
    mayBeAbsent('jobDailyA3Data'),
    put('jobDailyDelta', [`${DATE}/*/reprocess/*`]),
    // A later turn goes on with the list that the turn before has begun.
    read('jobDailyDelta', [`${DATE}/*/reprocess/*`]),
    // Whether a row that was used is another now.
    table('governingLaw', 'GetItem'),
    table('entity', 'GetItem'),
  ],
  GetTotalDocsInNamespaceAndCreateBatchesForLexQuery: [LEX_TOKEN],
  QueryNamespace: [
    LEX_TOKEN,
    table('agreementHash', 'Query'),
    put('jobDailyDelta', [`${DATE}/*`]),
    // A namespace without reprocessing has no list.
    read('jobDailyDelta', [`${DATE}/*/reprocess/*`]),
    mayBeAbsent('jobDailyDelta'),
  ],
  CalculateAndUpdateQueriedDocsInNamespace: [
    LEX_TOKEN,
    table('agreementHash', 'Query'),
    read('jobDailyDelta', [`${DATE}/*`]),
    put('jobDailyDelta', [`${DATE}/*`]),
    mayBeAbsent('jobDailyDelta'),
    table('queryCounts', 'PutItem'),
  ],
  ValidateNamespacesQueryingProcess: [],
  CreateBatchesForDeltaDocs: [
    list('jobDailyDelta', ATTEMPTS),
    put('jobDailyBatchProcessing', PLANS),
    // A later turn goes on in the chunk that the turn before has begun: it is there.
    read('jobDailyBatchProcessing', PLANS),
  ],
  GetDeltaDocsBatchInfo: [read('jobDailyBatchProcessing', PLANS)],
  ProcessPayloadForRecursion: [],
  TransformDocumentData: [
    read('jobDailyDelta', [`${DATE}/*`]),
    read('jobDailyBatchProcessing', PLANS),
    table('governingLaw', 'GetItem'),
    table('entity', 'GetItem', 'PutItem'),
    { on: 'enrichmentQueue', actions: ['sqs:SendMessage'] },
    put('jobDailyA3Data', ['records/*']),
    // The first output of a slice stands: a retry looks whether there is one, and returns its counts.
    read('jobDailyA3Data', ['records/*']),
    mayBeAbsent('jobDailyA3Data'),
  ],
  CalculateTotalTransformedDocs: [
    read('jobDailyBatchProcessing', PLANS),
    read('jobDailyA3Data', ['records/*']),
    // The output of a failed slice is absent.
    mayBeAbsent('jobDailyA3Data'),
  ],
  CreateJobDailyA3Data: [
    // A date's pointer is read before it is moved.
    read('jobDailyA3Data', ['records/*', 'published/*', 'as_of/*']),
    // The files of a range are found by listing its folder.
    mayBeAbsent('jobDailyA3Data'),
    // Whether each entity that a row names stands in CO or CP as of this table: docs/adr/0011-membership-as-of-the-table.md.
    // The master tables are published with each day: docs/adr/0014-master-tables-with-each-day.md.
    table('entity', 'GetItem', 'Scan'),
    // What it builds lies beside the records until it is published; the pointer follows the head.
    put('jobDailyA3Data', ['records/*/shards/*', 'published/*', 'as_of/*']),
    // Shards above 8 MiB go up in parts, which a failure must take back.
    { on: 'jobDailyA3Data', actions: ['s3:AbortMultipartUpload'], keys: ['published/*'] },
  ],
  UpdateAgreementHashes: [
    read('jobDailyA3Data', ['records/*', 'published/*']),
    // Each hash is one conditional write; entries about tombstones go in batches; the sweep looks for old ones.
    table('agreementHash', 'PutItem', 'UpdateItem', 'BatchWriteItem', 'Query', 'DeleteItem'),
  ],
  CleanupDailyJob: [
    // Retention looks for what any run has left, whatever its date.
    { on: 'jobDailyDelta', actions: ['s3:ListBucket'] },
    { on: 'jobDailyDelta', actions: ['s3:DeleteObject'], keys: [`${DATE}/*`] },
    list('jobDailyBatchProcessing', PLANS),
    { on: 'jobDailyBatchProcessing', actions: ['s3:DeleteObject'], keys: PLANS },
    // Retention: docs/adr/0015-retention-and-holds.md. Holds and records of deletions are read, where there are any.
    read('jobDailyA3Data', ['published/*/manifest.json', 'as_of/*', 'holds/*', 'retention/*']),
    mayBeAbsent('jobDailyA3Data'),
    put('jobDailyA3Data', ['retention/*']),
    { on: 'jobDailyA3Data', actions: ['s3:DeleteObject'], keys: ['published/*', 'records/*', 'as_of/*'] },
  ],
  StartDailyAgreementJob: [{ on: 'dailyAgreementJob', actions: ['states:StartExecution'] }],
  CheckDeadline: [table('jobStats', 'GetItem')],
};
