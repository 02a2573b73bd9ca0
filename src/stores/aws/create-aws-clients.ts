import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type ClientOptions, clientConfig } from './client-options.ts';

/** Region and credentials come from the environment where they are not given, as everywhere on AWS. */
export function createDynamoDbClient(options?: ClientOptions): DynamoDBClient {
  return new DynamoDBClient(clientConfig(options));
}

/** With an endpoint of its own, a bucket stands in the path: no stand-in has a name for each bucket. */
export function createS3Client(options: ClientOptions = {}): S3Client {
  return new S3Client({ ...clientConfig(options), forcePathStyle: options.endpoint !== undefined });
}

export function createSqsClient(options?: ClientOptions): SQSClient {
  return new SQSClient(clientConfig(options));
}

export function createSecretsManagerClient(options?: ClientOptions): SecretsManagerClient {
  return new SecretsManagerClient(clientConfig(options));
}
