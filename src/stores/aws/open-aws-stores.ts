import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { JobStores } from '../job-stores.ts';
import { DynamoAgreementHash } from './dynamo-agreement-hash.ts';
import { DynamoEntityTable } from './dynamo-entity-table.ts';
import { DynamoGoverningLawTable } from './dynamo-governing-law-table.ts';
import { DynamoJobStats } from './dynamo-job-stats.ts';
import { DynamoQueryCounts } from './dynamo-query-counts.ts';
import type { PaceOptions } from './pace.ts';
import { S3GleifStore } from './s3-gleif-store.ts';
import { S3JobDailyA3Data } from './s3-job-daily-a3-data.ts';
import { S3ObjectStore } from './s3-object-store.ts';
import { SqsEnrichmentQueue } from './sqs-enrichment-queue.ts';

/** What the stack has named. */
export interface AwsStoreNames {
  readonly tables: {
    readonly jobStats: string;
    readonly agreementHash: string;
    readonly queryCounts: string;
    readonly entity: string;
    readonly governingLaw: string;
  };
  readonly buckets: {
    readonly jobDailyDelta: string;
    readonly jobDailyBatchProcessing: string;
    readonly jobDailyA3Data: string;
  };
  readonly queueUrl: string;
}

/** One of each a process: they keep sockets and credentials. Made by `create-aws-clients.ts`. */
export interface AwsClients {
  readonly dynamoDb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
}

/** All stores of a stack. Nothing is asked before a store is used, so that a caller needs rights for those alone. */
export function openAwsStores(names: AwsStoreNames, clients: AwsClients, options?: PaceOptions): JobStores {
  const { tables, buckets } = names;
  const { dynamoDb, s3, sqs } = clients;
  return {
    agreementHash: new DynamoAgreementHash(dynamoDb, tables.agreementHash, options),
    entities: new DynamoEntityTable(dynamoDb, tables.entity, options),
    governingLaws: new DynamoGoverningLawTable(dynamoDb, tables.governingLaw, options),
    enrichmentQueue: new SqsEnrichmentQueue(sqs, names.queueUrl, options),
    queryCounts: new DynamoQueryCounts(dynamoDb, tables.queryCounts, options),
    jobStats: new DynamoJobStats(dynamoDb, tables.jobStats, options),
    jobDailyDelta: new S3ObjectStore(s3, buckets.jobDailyDelta, options),
    jobDailyBatchProcessing: new S3ObjectStore(s3, buckets.jobDailyBatchProcessing, options),
    jobDailyA3Data: new S3JobDailyA3Data(s3, buckets.jobDailyA3Data, options),
    gleif: new S3GleifStore(s3, buckets.jobDailyA3Data, options),
  };
}
