/** What the drivers on DynamoDB do when DynamoDB refuses, stalls or gives things in pieces. */
import { type DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntityItem } from '../../../src/agreements/look-up-items.ts';
import { createDynamoDbClient } from '../../../src/stores/aws/create-aws-clients.ts';
import { DynamoAgreementHash } from '../../../src/stores/aws/dynamo-agreement-hash.ts';
import { DynamoEntityTable } from '../../../src/stores/aws/dynamo-entity-table.ts';
import { fingerprintOf } from '../../contract/agreement-hash.contract.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';
import { type StandIn, startDynamoDbLocal, useStandInCredentials } from '../stand-ins/stand-in.ts';
import { type Intervention, jsonBody, jsonError, putInFront, type SeenRequest } from './front.ts';
import { createTable } from './tables.ts';

const WRITER = { fence: 5, business_date: '2021-10-20' };
const CHANGE = { op: 'good', lex_id: 'doc', fingerprint: fingerprintOf(1) } as const;

let standIn: StandIn;
let calm: DynamoDBClient;
beforeAll(async () => {
  useStandInCredentials();
  standIn = await startDynamoDbLocal();
  calm = newClient();
});
afterAll(async () => {
  calm?.destroy();
  await standIn?.stop();
});

describe('AgreementHash on DynamoDB', () => {
  it('waits through throttling, and gives up after a minute of it with an error that is retried', async () => {
    const timing = new FakeTiming();
    const { client } = behind(() => ({ kind: 'refuse', answer: jsonError('ProvisionedThroughputExceededException') }));
    const store = new DynamoAgreementHash(client, 'any', { timing });

    await expect(store.apply('mac', [CHANGE], WRITER)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'STORE_THROTTLED',
      details: { store: 'table any', operation: 'PutItem', error: 'ProvisionedThroughputExceededException' },
    });
    expect(timing.now()).toBeGreaterThan(50_000);
    expect(timing.now()).toBeLessThanOrEqual(60_000);
  });

  it('goes on where throttling ends', async () => {
    const table = await createTable(calm, 'AgreementHash');
    const { client, seen } = behind((_, count) =>
      count <= 10 ? { kind: 'refuse', answer: jsonError('ThrottlingException') } : null,
    );
    const store = new DynamoAgreementHash(client, table, { timing: new FakeTiming() });
    expect(await store.apply('mac', [CHANGE], WRITER)).toEqual({ applied: 1, refused: 0 });
    expect(seen.operations).toEqual(Array(11).fill('PutItem'));
  });

  it.each([
    ['AccessDeniedException', 'User: arn:x is not authorized to perform: dynamodb:PutItem', 'STORE_ACCESS_DENIED'],
    [
      'AccessDeniedException',
      'KMS key access denied: arn:x is not authorized to perform: kms:Decrypt',
      'STORE_KMS_DENIED',
    ],
    ['KMSInvalidStateException', 'the key is disabled', 'STORE_KMS_DENIED'],
    ['ExpiredTokenException', 'the token has expired', 'AWS_CREDENTIALS_INVALID'],
    ['UnrecognizedClientException', 'the token is invalid', 'AWS_CREDENTIALS_INVALID'],
  ])('tells %s (%s) once, and for good', async (type, message, code) => {
    const { client, seen } = behind(() => ({ kind: 'refuse', answer: jsonError(type, 400, message) }));
    const store = new DynamoAgreementHash(client, 'any', { timing: new FakeTiming() });
    await expect(store.apply('mac', [CHANGE], WRITER)).rejects.toMatchObject({ name: 'PermanentError', code });
    expect(seen.operations).toHaveLength(1);
  });

  it('tells of a table that is not there', async () => {
    const store = new DynamoAgreementHash(calm, 'nowhere', { timing: new FakeTiming() });
    await expect(Array.fromAsync(store.readRange('mac', null, null))).rejects.toMatchObject({ code: 'STORE_MISSING' });
  });

  it('tells of a DynamoDB that cannot be reached', async () => {
    const client = createDynamoDbClient({ endpoint: 'http://127.0.0.1:9', region: 'us-east-1' });
    const store = new DynamoAgreementHash(client, 'any', { timing: new FakeTiming() });
    await expect(store.apply('mac', [CHANGE], WRITER)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    client.destroy();
  });

  it('refuses a run that wakes up after the next one has written, and its entries for the sweep do no harm', async () => {
    const store = new DynamoAgreementHash(calm, await createTable(calm, 'AgreementHash'));
    const next = { fence: 6, business_date: '2021-10-21' };
    await store.apply('mac', [CHANGE], next);
    expect(await store.apply('mac', [{ op: 'removed', lex_id: 'doc' }], WRITER)).toEqual({ applied: 0, refused: 1 });
    expect(await store.sweepTombstones('mac', '2021-12-01', next)).toEqual({ deleted: 0, more: false });
    expect((await Array.fromAsync(store.readRange('mac', null, null))).flat()).toHaveLength(1);
  });

  it('asks about some entries of the sweep a call, though all their documents have come back', async () => {
    const store = new DynamoAgreementHash(calm, await createTable(calm, 'AgreementHash'));
    const lexIds = Array.from({ length: 2 * 96 + 1 }, (_, i) => `doc-${i}`);
    await store.apply(
      'mac',
      lexIds.map((lex_id) => ({ op: 'removed', lex_id })),
      WRITER,
    );
    const next = { fence: 6, business_date: '2021-10-21' };
    await store.apply(
      'mac',
      lexIds.map((lex_id) => ({ ...CHANGE, lex_id })),
      next,
    );
    const sweeps = [1, 2, 3].map(() => ({ deleted: 0, more: true }));
    for (const expected of [...sweeps.slice(1), { deleted: 0, more: false }]) {
      expect(await store.sweepTombstones('mac', '2021-12-01', next)).toEqual(expected);
    }
  });

  it('tells of an item that somebody has broken', async () => {
    const TableName = await createTable(calm, 'AgreementHash');
    const store = new DynamoAgreementHash(calm, TableName);
    await store.apply('mac', [CHANGE], WRITER);
    const [item] = await itemsOf(TableName);
    const { mapping_version: _, ...broken } = item!;
    await calm.send(new PutItemCommand({ TableName, Item: broken }));
    await expect(Array.fromAsync(store.readRange('mac', null, null))).rejects.toMatchObject({
      code: 'STORE_ITEM_INVALID',
      details: { lex_id: 'doc' },
    });
  });

  it('keeps the content hash under the name that users know', async () => {
    const TableName = await createTable(calm, 'AgreementHash');
    await new DynamoAgreementHash(calm, TableName).apply('mac', [CHANGE], WRITER);
    expect(await itemsOf(TableName)).toEqual([
      {
        namespace_bucket: { S: expect.stringMatching(/^mac#[0-9a-f]$/) },
        lex_id: { S: 'doc' },
        generation: { N: '5' },
        hashPickwickObject: { S: '01'.repeat(32) },
        raw_hash: { S: '01'.repeat(16) },
        hash_scheme: { N: '1' },
        mapping_version: { S: 'mac-1-01' },
      },
    ]);
  });

  it('spreads a namespace over its 16 partitions, and asks each of them for a range', async () => {
    const TableName = await createTable(calm, 'AgreementHash');
    const { client, seen } = behind(() => null);
    const store = new DynamoAgreementHash(client, TableName);
    const changes = Array.from({ length: 200 }, (_, i) => ({ ...CHANGE, lex_id: `doc-${i}` }));
    await store.apply('mac', changes, WRITER);
    expect(new Set((await itemsOf(TableName)).map((item) => item['namespace_bucket']?.S)).size).toBe(16);

    seen.operations.length = 0;
    await Array.fromAsync(store.readRange('mac', 'doc-1', 'doc-2'));
    expect(seen.operations).toEqual(Array(16).fill('Query'));
  });
});

describe('Entity on DynamoDB', () => {
  it('puts again what DynamoDB left unprocessed, until nothing is', async () => {
    const table = await createTable(calm, 'Entity');
    const { client, seen } = behind((request) => leaveUnprocessed(request, 20));
    const store = new DynamoEntityTable(client, table, { timing: new FakeTiming() });
    await store.putAll(Array.from({ length: 130 }, (_, i) => entity(`k${i}`)));
    expect(await Array.fromAsync(store.list())).toHaveLength(130);
    expect(seen.operations.filter((operation) => operation === 'BatchWriteItem')).toHaveLength(11);
  });

  it('puts up to 100 items together', async () => {
    const table = await createTable(calm, 'Entity');
    const { client, seen } = behind((_, count) =>
      count === 1 ? { kind: 'refuse', answer: cancelled('TransactionConflict') } : null,
    );
    const store = new DynamoEntityTable(client, table, { timing: new FakeTiming() });
    await store.putAll([
      ...Array.from({ length: 100 }, (_, i) => entity(`k${i}`)),
      { ...entity('k7'), version: 'last' },
    ]);
    expect(seen.operations).toEqual(['TransactWriteItems', 'TransactWriteItems']);
    expect(await store.get('k7')).toMatchObject({ version: 'last' });
  });

  it('reads past the 1 MB that DynamoDB gives at once', async () => {
    const table = await createTable(calm, 'Entity');
    const { client, seen } = behind(() => null);
    const store = new DynamoEntityTable(client, table);
    const fields = { 'CP.4': 'x'.repeat(100_000) };
    await store.putAll(Array.from({ length: 25 }, (_, i) => ({ ...entity(`k${i}`), fields })));
    expect(await Array.fromAsync(store.list())).toHaveLength(25);
    expect(seen.operations.filter((operation) => operation === 'Scan').length).toBeGreaterThan(2);
  });

  it('knows nothing under keys that DynamoDB cannot hold, and takes none', async () => {
    const store = new DynamoEntityTable(calm, await createTable(calm, 'Entity'));
    for (const key of ['', 'x'.repeat(2_049)]) {
      expect(await store.get(key)).toBeNull();
      await expect(store.putIfAbsent(entity(key))).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
      await expect(store.putAll([entity('fine'), entity(key)])).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
    }
    expect(await store.get('fine')).toBeNull();
  });

  it.each([
    ['kind', { kind: { S: 'company' } }],
    ['version', { version: { N: '1' } }],
    ['status', { status: { S: 'gone' } }],
    ['roles', { roles: { S: 'CP' } }],
    ['fields', { fields: { L: [] } }],
  ])('tells of an item whose %s was edited into something else', async (_, edit) => {
    const TableName = await createTable(calm, 'Entity');
    const store = new DynamoEntityTable(calm, TableName);
    await store.putIfAbsent(entity('acme'));
    const [item] = await itemsOf(TableName);
    await calm.send(new PutItemCommand({ TableName, Item: { ...item, ...edit } as typeof item }));
    await expect(store.get('acme')).rejects.toMatchObject({ code: 'STORE_ITEM_INVALID', details: { key: 'acme' } });
  });
});

function entity(entity_key: string): EntityItem {
  return {
    kind: 'entity',
    entity_key,
    entity_id: entity_key,
    roles: ['CP'],
    status: 'active',
    fields: {},
    version: 'v1',
  };
}

/** A transaction of two, called off for a reason of the first. */
function cancelled(Code: string) {
  const { body, ...answer } = jsonError('TransactionCanceledException');
  return {
    ...answer,
    body: JSON.stringify({ ...JSON.parse(body), CancellationReasons: [{ Code }, { Code: 'None' }] }),
  };
}

/** Lets through all but the last `count` requests of a batch, which is full. */
function leaveUnprocessed(request: SeenRequest, count: number): Intervention | null {
  if (request.operation !== 'BatchWriteItem') return null;
  const { RequestItems } = JSON.parse(request.body) as { readonly RequestItems: Record<string, readonly unknown[]> };
  const [table, requests] = Object.entries(RequestItems)[0]!;
  if (requests.length <= count) return null;
  const change = jsonBody(request, (body) => ({ ...body, RequestItems: { [table]: requests.slice(0, -count) } }));
  const answer = (body: string) =>
    JSON.stringify({ ...JSON.parse(body), UnprocessedItems: { [table]: requests.slice(-count) } });
  return { kind: 'change', request: change, answer };
}

async function itemsOf(TableName: string) {
  return (await calm.send(new ScanCommand({ TableName }))).Items ?? [];
}

function behind(intervene: (request: SeenRequest, count: number) => Intervention | null) {
  const client = newClient();
  return { client, seen: putInFront(client, intervene) };
}

function newClient(): DynamoDBClient {
  return createDynamoDbClient({ endpoint: standIn.endpoint, region: 'us-east-1' });
}
