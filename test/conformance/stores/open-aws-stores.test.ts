/** All stores of a stack together: each finds its own table, bucket or queue by the name that it was given. */
import { randomUUID } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoDbClient, createS3Client, createSqsClient } from '../../../src/stores/aws/create-aws-clients.ts';
import { type AwsClients, type AwsStoreNames, openAwsStores } from '../../../src/stores/aws/open-aws-stores.ts';
import { fingerprintOf } from '../../contract/agreement-hash.contract.ts';
import { type StandIn, startDynamoDbLocal, startMinistack, useStandInCredentials } from '../stand-ins/stand-in.ts';
import { createTable } from './tables.ts';

let dynamoDbLocal: StandIn;
let ministack: StandIn;
let clients: AwsClients;
beforeAll(async () => {
  useStandInCredentials();
  dynamoDbLocal = await startDynamoDbLocal();
  ministack = await startMinistack();
  const place = { endpoint: ministack.endpoint, region: 'us-east-1' };
  clients = {
    dynamoDb: createDynamoDbClient({ ...place, endpoint: dynamoDbLocal.endpoint }),
    s3: createS3Client(place),
    sqs: createSqsClient(place),
  };
});
afterAll(async () => {
  for (const client of Object.values(clients ?? {})) client.destroy();
  await dynamoDbLocal?.stop();
  await ministack?.stop();
});

it('gives back from every store what was put into it, and mixes none up', async () => {
  const names = await createAll();
  const stores = openAwsStores(names, clients);
  const body = (text: string) => Buffer.from(text);

  await stores.agreementHash.apply('mac', [{ op: 'good', lex_id: 'a', fingerprint: fingerprintOf(1) }], {
    fence: 1,
    business_date: '2021-10-20',
  });
  const alias = { kind: 'alias', entity_key: 'acme', entity_id: 'lei', version: 'v1' } as const;
  const law = { law_key: 'us-ny', display_name: 'New York', version: 'v1' };
  const message = { entity_key: 'acme', text: 'Acme', namespace: 'mac', lex_id: 'a' };
  const counts = { job_id: 'job', namespace: 'mac', iteration: 1, total_docs: 7 };
  await stores.entities.putAll([alias]);
  await stores.governingLaws.putAll([law]);
  await stores.enrichmentQueue.send([message]);
  await stores.queryCounts.put(counts);
  await stores.jobDailyDelta.put('k', body('delta'));
  await stores.jobDailyBatchProcessing.put('k', body('plan'));
  await stores.jobDailyA3Data.putOnce('k', body('table'));
  const lock = { business_date: { S: 'LOCK' }, execution_name: { S: 'LOCK' }, fence: { N: '3' } };
  await clients.dynamoDb.send(new PutItemCommand({ TableName: names.tables.jobStats, Item: lock }));

  const hashes = await Array.fromAsync(stores.agreementHash.readRange('mac', null, null));
  expect(hashes.flat()).toEqual([{ lex_id: 'a', good: fingerprintOf(1), rejected: null }]);
  expect(await stores.entities.get('acme')).toEqual(alias);
  expect(await stores.governingLaws.get('us-ny')).toEqual(law);
  expect(await stores.enrichmentQueue.receive(1, 30)).toMatchObject([{ message }]);
  expect(await Array.fromAsync(stores.queryCounts.list('job'))).toEqual([counts]);
  expect(await stores.jobDailyDelta.get('k')).toEqual(body('delta'));
  expect(await stores.jobDailyBatchProcessing.get('k')).toEqual(body('plan'));
  expect(await stores.jobDailyA3Data.get('k')).toEqual(body('table'));
  expect(await stores.jobStats.getLock()).toMatchObject({ fence: 3 });
});

async function createAll(): Promise<AwsStoreNames> {
  const bucket = async () => {
    const Bucket = randomUUID();
    await clients.s3.send(new CreateBucketCommand({ Bucket }));
    return Bucket;
  };
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: randomUUID() }));
  return {
    tables: {
      jobStats: await createTable(clients.dynamoDb, 'JobStats'),
      agreementHash: await createTable(clients.dynamoDb, 'AgreementHash'),
      queryCounts: await createTable(clients.dynamoDb, 'JobInstanceNamespaceQueryCounts'),
      entity: await createTable(clients.dynamoDb, 'Entity'),
      governingLaw: await createTable(clients.dynamoDb, 'GoverningLaw'),
    },
    buckets: {
      jobDailyDelta: await bucket(),
      jobDailyBatchProcessing: await bucket(),
      jobDailyA3Data: await bucket(),
    },
    queueUrl: QueueUrl!,
  };
}
