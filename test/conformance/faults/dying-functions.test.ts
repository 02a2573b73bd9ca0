/** Functions that die in the middle of their work, or are given up and work on all the same, on S3 and DynamoDB. */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StepFunction } from '../../../src/runtime/functions.ts';
import {
  createDynamoDbClient,
  createS3Client,
  createSecretsManagerClient,
} from '../../../src/stores/aws/create-aws-clients.ts';
import { DynamoAgreementHash } from '../../../src/stores/aws/dynamo-agreement-hash.ts';
import { S3JobDailyA3Data } from '../../../src/stores/aws/s3-job-daily-a3-data.ts';
import { S3ObjectStore } from '../../../src/stores/aws/s3-object-store.ts';
import { JobHome } from '../../faults/support/job-home.ts';
import { LexBooks } from '../../faults/support/lex-books.ts';
import { startTestLex, type TestLex } from '../../faults/support/test-lex.ts';
import { type StandIn, startMinistack, useStandInCredentials } from '../stand-ins/stand-in.ts';
import { createTable } from '../stores/tables.ts';
import { callFunction, type FunctionProcess } from './function-process.ts';
import { type StandInProxy, startProxy, type Treatment } from './proxy.ts';

const DAY = '2021-10-20';
const NEXT = '2021-10-21';
const RUN = `agreements-${DAY}`;
const DOCUMENTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const SECOND_PAGE = `/${DAY}/1/1/mac/000000001.ndjson`;
const REGION = 'us-east-1';
const INPUT = { max_parallel_executions: 1, docs_transformation_percentage_success: 1 };

let standIn: StandIn;
let proxy: StandInProxy;
let lex: TestLex;
let calm: JobHome;

beforeAll(async () => {
  useStandInCredentials();
  standIn = await startMinistack();
  proxy = await startProxy(standIn.endpoint);
  lex = await startTestLex(new LexBooks().putMany('mac', 1, DOCUMENTS.length));
  calm = await JobHome.begin(DOCUMENTS);
  expect(await calm.run(DAY, {}, INPUT)).toMatchObject({ status: 'SUCCEEDED' });
});
afterAll(async () => {
  await lex?.close();
  await proxy?.stop();
  await standIn?.stop();
});
beforeEach(() => {
  proxy.treat = () => 'pass';
});

interface AwsHome {
  readonly home: JobHome;
  readonly client: S3Client;
  readonly queryNamespace: (payload: unknown) => FunctionProcess;
}

/** A home whose pages, records, table and hashes lie on the stand-in, which S3 is asked of through the proxy. */
async function awsHome(): Promise<AwsHome> {
  const direct = { endpoint: standIn.endpoint, region: REGION };
  const client = createS3Client({ endpoint: proxy.endpoint, region: REGION });
  const dynamoDb = createDynamoDbClient(direct);
  const [delta, a3] = [`delta-${randomUUID()}`, `a3-${randomUUID()}`];
  for (const Bucket of [delta, a3]) await client.send(new CreateBucketCommand({ Bucket }));
  const table = await createTable(dynamoDb, 'AgreementHash');
  const secret = randomUUID();
  await createSecretsManagerClient(direct).send(new CreateSecretCommand({ Name: secret, SecretString: 'token' }));
  const environment = {
    AWS_ENDPOINT_URL: standIn.endpoint,
    AWS_ENDPOINT_URL_S3: proxy.endpoint,
    AWS_REGION: REGION,
    LEXDELTA_LEX: lex.url,
    LEXDELTA_LEX_TOKEN_SECRET: secret,
    LEXDELTA_AGREEMENT_HASH_TABLE: table,
    LEXDELTA_JOB_DAILY_DELTA_BUCKET: delta,
  };
  const home = await JobHome.begin(DOCUMENTS, {
    agreementHash: new DynamoAgreementHash(dynamoDb, table),
    jobDailyDelta: new S3ObjectStore(client, delta),
    jobDailyA3Data: new S3JobDailyA3Data(client, a3),
  });
  return { home, client, queryNamespace: (payload) => callFunction('query-namespace', payload, environment) };
}

/** Treats the first request that is meant, and lets all others pass. */
function once(isMeant: (method: string, path: string) => boolean, treatment: () => Treatment): StandInProxy['treat'] {
  let isDone = false;
  return ({ method, path }) => {
    if (isDone || !isMeant(method, path)) return 'pass';
    isDone = true;
    return treatment();
  };
}

const isSecondPage = (method: string, path: string): boolean => method === 'PUT' && path.includes(SECOND_PAGE);
const isRecord = (method: string, path: string): boolean =>
  method === 'PUT' && new RegExp(`/records/${DAY}/1/\\d`).test(path);

describe('QueryNamespace, killed at its timeout while it writes a page', () => {
  it.each(['cut', 'lose answer'] as const)(
    '(%s) is called again, writes the same page, and the table is the same',
    async (kind) => {
      const { home, queryNamespace } = await awsHome();
      const calls: FunctionProcess[] = [];
      proxy.treat = once(isSecondPage, () => ({ kind, afterwards: () => calls.at(-1)!.kill() }));
      const before = proxy.requests.length;

      const outcome = await home.run(
        DAY,
        {
          functions: () => ({
            QueryNamespace: (payload) => {
              calls.push(queryNamespace(payload));
              return calls.at(-1)!.answer;
            },
          }),
        },
        INPUT,
      );

      expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
      expect(calls).toHaveLength(2);
      const failures = home.journal
        .events(RUN, 0, 1000)
        .flatMap(({ taskFailedEventDetails }) => taskFailedEventDetails?.error ?? []);
      expect(failures).toEqual(['Sandbox.Timedout']);
      const puts = proxy.requests.slice(before).filter(({ method, path }) => isSecondPage(method, path));
      expect(puts).toHaveLength(2);
      expect(await home.published()).toEqual(await calm.published());
    },
  );
});

describe('QueryNamespace, given up while it writes a page, that writes it when', () => {
  it.each([
    ['the namespace is joined', 'CalculateAndUpdateQueriedDocsInNamespace', 'SUCCEEDED'],
    ['the pages are planned', 'GetDeltaDocsBatchInfo', 'FAILED'],
  ] as const)('%s: no row comes from a page that nobody planned', async (_, state, status) => {
    const { home, queryNamespace } = await awsHome();
    const zombie = Promise.withResolvers<void>();
    let first: FunctionProcess | null = null;
    const held = Promise.withResolvers<void>();
    proxy.treat = once(isSecondPage, () => {
      held.resolve();
      return { kind: 'hold', until: zombie.promise };
    });
    const wake =
      (real: StepFunction): StepFunction =>
      async (payload, context) => {
        zombie.resolve();
        await first!.answer;
        return real(payload, context);
      };

    const outcome = await home.run(
      DAY,
      {
        functions: (real) => ({
          QueryNamespace: async (payload) => {
            const call = queryNamespace(payload);
            if (first !== null) return call.answer;
            first = call;
            await held.promise; // Lambda ends calls; a network that delivers late does the same to a page.
            throw Object.assign(new Error('Task timed out'), { name: 'Sandbox.Timedout' });
          },
          [state]: wake(real[state]),
        }),
      },
      INPUT,
    );

    expect(outcome.status).toBe(status);
    if (status === 'SUCCEEDED') expect(await home.published()).toEqual(await calm.published());
    else {
      expect(outcome.cause).toMatch(/^\[TRANSFORMATION_GATE_FAILED\].*\[DELTA_CHANGED\]/);
      expect(await home.head()).toEqual({ head: null, as_of: null, hashes_of: null, owner: null });
    }
    expect(await home.run(NEXT, {}, INPUT)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('TransformDocumentData', () => {
  it('given up, and writing its slice after its retry has, is refused by S3, and the first output stands', async () => {
    const { home } = await awsHome();
    const zombie = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    let late: Promise<unknown> | null = null;
    proxy.treat = once(isRecord, () => {
      held.resolve();
      return { kind: 'hold', until: zombie.promise };
    });

    const outcome = await home.run(
      DAY,
      {
        functions: ({ TransformDocumentData, CalculateTotalTransformedDocs }) => ({
          TransformDocumentData: async (payload, context) => {
            if (late !== null) return TransformDocumentData(payload, context);
            late = TransformDocumentData(payload, context);
            await held.promise;
            throw Object.assign(new Error('Task timed out'), { name: 'Sandbox.Timedout' });
          },
          CalculateTotalTransformedDocs: async (payload, context) => {
            zombie.resolve();
            await late;
            return CalculateTotalTransformedDocs(payload, context);
          },
        }),
      },
      INPUT,
    );

    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(late).not.toBeNull();
    expect(await home.published()).toEqual(await calm.published());
  });

  it('that meets another writer of its slice is tried again until one of them is done', async () => {
    const { home } = await awsHome();
    const body = '<?xml version="1.0"?><Error><Code>ConditionalRequestConflict</Code><Message>busy</Message></Error>';
    proxy.treat = once(isRecord, () => ({ kind: 'answer', status: 409, body }));

    const outcome = await home.run(DAY, {}, INPUT);

    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(await home.published()).toEqual(await calm.published());
  });
});
