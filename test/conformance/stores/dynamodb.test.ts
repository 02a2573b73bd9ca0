/** The drivers on DynamoDB, against DynamoDB Local: the same contracts as the embedded ones, plainly and in bad weather. */
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createDynamoDbClient } from '../../../src/stores/aws/create-aws-clients.ts';
import { DynamoAgreementHash } from '../../../src/stores/aws/dynamo-agreement-hash.ts';
import { DynamoEntityTable } from '../../../src/stores/aws/dynamo-entity-table.ts';
import { DynamoGoverningLawTable } from '../../../src/stores/aws/dynamo-governing-law-table.ts';
import { DynamoJobStats } from '../../../src/stores/aws/dynamo-job-stats.ts';
import { DynamoQueryCounts } from '../../../src/stores/aws/dynamo-query-counts.ts';
import type { DynamoTable } from '../../../src/stores/aws/dynamo-table.ts';
import { agreementHashContract } from '../../contract/agreement-hash.contract.ts';
import { jobStatsContract } from '../../contract/job-stats.contract.ts';
import { entityTableContract, governingLawTableContract } from '../../contract/look-ups.contract.ts';
import { queryCountsContract } from '../../contract/query-counts.contract.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';
import { type StandIn, startDynamoDbLocal, useStandInCredentials } from '../stand-ins/stand-in.ts';
import { type Intervention, jsonBody, jsonError, putInFront, type Seen, type SeenRequest } from './front.ts';
import { createTable, type TableKind } from './tables.ts';

let standIn: StandIn;
beforeAll(async () => {
  useStandInCredentials();
  standIn = await startDynamoDbLocal();
});
afterAll(() => standIn?.stop());

describe('plainly', () => allContracts('dynamodb', newClient));

describe('in bad weather: pages of two, one request in 19 throttled, one write in 23 done without an answer', () => {
  let seen: Seen;
  allContracts('dynamodb, bad weather', () => {
    const client = newClient();
    seen = putInFront(client, badWeather);
    return client;
  });
  afterAll(() => expect([...new Set(seen.interventions)].sort()).toEqual(['change', 'lose answer', 'refuse']));
});

function allContracts(driver: string, createClient: () => DynamoDBClient): void {
  let client: DynamoDBClient;
  let calm: DynamoDBClient;
  beforeAll(() => {
    client = createClient();
    calm = newClient();
  });
  afterAll(() => {
    client.destroy();
    calm.destroy();
  });
  const open = async <T>(kind: TableKind, Driver: new (...args: ConstructorParameters<typeof DynamoTable>) => T) =>
    new Driver(client, await createTable(calm, kind), { timing: new FakeTiming() });

  agreementHashContract(driver, () => open('AgreementHash', DynamoAgreementHash));
  entityTableContract(driver, () => open('Entity', DynamoEntityTable));
  governingLawTableContract(driver, () => open('GoverningLaw', DynamoGoverningLawTable));
  queryCountsContract(driver, () => open('JobInstanceNamespaceQueryCounts', DynamoQueryCounts));
  jobStatsContract(driver, async (items) => {
    const TableName = await createTable(calm, 'JobStats');
    for (const Item of items) await calm.send(new PutItemCommand({ TableName, Item }));
    return new DynamoJobStats(client, TableName, { timing: new FakeTiming() });
  });
}

function badWeather(request: SeenRequest, count: number): Intervention | null {
  const { operation, body } = request;
  if (count % 19 === 0) return { kind: 'refuse', answer: jsonError('ThrottlingException') };
  if (operation === 'Query' || operation === 'Scan') {
    return { kind: 'change', request: jsonBody(request, (input) => ({ ...input, Limit: 2 })) };
  }
  // Whether a placeholder was put cannot be known when the answer is lost, and nobody asks.
  const isPlaceholder = body.includes('attribute_not_exists(#key)');
  return count % 23 === 0 && operation !== 'GetItem' && !isPlaceholder ? { kind: 'lose answer' } : null;
}

function newClient(): DynamoDBClient {
  return createDynamoDbClient({ endpoint: standIn.endpoint, region: 'us-east-1' });
}
