/** The two state machines, read from the files that AWS runs too. */
import { readFileSync } from 'node:fs';

export const DAILY_AGREEMENT_JOB = 'DailyAgreementJob';
export const TRANSFORM_DELTA_BATCH = 'TransformDeltaBatch';

/** Every function that the machines invoke. On AWS each is a Lambda function of that name. */
export const FUNCTION_NAMES = [
  'PlanReprocessing',
  'GetTotalDocsInNamespaceAndCreateBatchesForLexQuery',
  'QueryNamespace',
  'CalculateAndUpdateQueriedDocsInNamespace',
  'ValidateNamespacesQueryingProcess',
  'CreateBatchesForDeltaDocs',
  'GetDeltaDocsBatchInfo',
  'ProcessPayloadForRecursion',
  'TransformDocumentData',
  'CalculateTotalTransformedDocs',
  'CreateJobDailyA3Data',
  'UpdateAgreementHashes',
  'CleanupDailyJob',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

const FILES: Readonly<Record<string, string>> = {
  [DAILY_AGREEMENT_JOB]: 'daily-agreement-job.asl.json',
  [TRANSFORM_DELTA_BATCH]: 'transform-delta-batch.asl.json',
};

/** The definitions by machine name, with their `${Tokens}`. */
export function readDefinitions(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(FILES).map(([name, file]) => [
      name,
      JSON.parse(readFileSync(new URL(`../job/${file}`, import.meta.url), 'utf8')),
    ]),
  );
}

/** On one machine a token stands for the plain name; on AWS, CDK puts the ARN. */
export function localSubstitutions(): Readonly<Record<string, string>> {
  return {
    JobStatsTable: 'JobStats',
    TransformDeltaBatchStateMachine: TRANSFORM_DELTA_BATCH,
    ...Object.fromEntries(FUNCTION_NAMES.map((name) => [`${name}Function`, name])),
  };
}
