/**
 * The stores of a deployed function, each opened by itself: a bundle holds the drivers and clients that its step uses, and
 * a function needs the names and rights of those alone. Called once per process.
 */
import { s3Place } from '../../stores/aws/client-options.ts';
import { createDynamoDbClient, createS3Client, createSqsClient } from '../../stores/aws/create-aws-clients.ts';
import { DynamoAgreementHash } from '../../stores/aws/dynamo-agreement-hash.ts';
import { DynamoEntityTable } from '../../stores/aws/dynamo-entity-table.ts';
import { DynamoGoverningLawTable } from '../../stores/aws/dynamo-governing-law-table.ts';
import { DynamoJobStats } from '../../stores/aws/dynamo-job-stats.ts';
import { DynamoQueryCounts } from '../../stores/aws/dynamo-query-counts.ts';
import { S3JobDailyA3Data } from '../../stores/aws/s3-job-daily-a3-data.ts';
import { S3ObjectStore } from '../../stores/aws/s3-object-store.ts';
import { SqsEnrichmentQueue } from '../../stores/aws/sqs-enrichment-queue.ts';
import { readVariables } from './environment.ts';

/** One client a service and process: it keeps sockets and credentials. Pure: where nobody asks for it, it is not bundled. */
const dynamoDb = /* @__PURE__ */ once(createDynamoDbClient);
const s3 = /* @__PURE__ */ once(() => createS3Client(s3Place(process.env)));
const sqs = /* @__PURE__ */ once(createSqsClient);

export function openJobStats(): DynamoJobStats {
  return new DynamoJobStats(dynamoDb(), readVariables(['jobStatsTable']).jobStatsTable);
}

export function openAgreementHash(): DynamoAgreementHash {
  return new DynamoAgreementHash(dynamoDb(), readVariables(['agreementHashTable']).agreementHashTable);
}

export function openQueryCounts(): DynamoQueryCounts {
  return new DynamoQueryCounts(dynamoDb(), readVariables(['queryCountsTable']).queryCountsTable);
}

export function openEntities(): DynamoEntityTable {
  return new DynamoEntityTable(dynamoDb(), readVariables(['entityTable']).entityTable);
}

export function openGoverningLaws(): DynamoGoverningLawTable {
  return new DynamoGoverningLawTable(dynamoDb(), readVariables(['governingLawTable']).governingLawTable);
}

export function openEnrichmentQueue(): SqsEnrichmentQueue {
  return new SqsEnrichmentQueue(sqs(), readVariables(['enrichmentQueueUrl']).enrichmentQueueUrl);
}

export function openJobDailyDelta(): S3ObjectStore {
  return new S3ObjectStore(s3(), readVariables(['jobDailyDeltaBucket']).jobDailyDeltaBucket);
}

export function openJobDailyBatchProcessing(): S3ObjectStore {
  const { jobDailyBatchProcessingBucket: bucket } = readVariables(['jobDailyBatchProcessingBucket']);
  return new S3ObjectStore(s3(), bucket);
}

export function openJobDailyA3Data(): S3JobDailyA3Data {
  return new S3JobDailyA3Data(s3(), readVariables(['jobDailyA3DataBucket']).jobDailyA3DataBucket);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
