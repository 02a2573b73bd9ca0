/** The drivers on S3, against ministack: the same contracts as the embedded ones, plainly and in bad weather. */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createS3Client } from '../../../src/stores/aws/create-aws-clients.ts';
import type { S3Bucket } from '../../../src/stores/aws/s3-bucket.ts';
import { S3GleifStore } from '../../../src/stores/aws/s3-gleif-store.ts';
import { S3JobDailyA3Data } from '../../../src/stores/aws/s3-job-daily-a3-data.ts';
import { S3ObjectStore } from '../../../src/stores/aws/s3-object-store.ts';
import { gleifStoreContract } from '../../contract/gleif-store.contract.ts';
import { jobDailyA3DataContract } from '../../contract/job-daily-a3-data.contract.ts';
import { objectStoreContract } from '../../contract/object-store.contract.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';
import { type StandIn, startMinistack, useStandInCredentials } from '../stand-ins/stand-in.ts';
import { type Intervention, putInFront, type Seen, type SeenRequest, xmlError } from './front.ts';

let standIn: StandIn;
beforeAll(async () => {
  useStandInCredentials();
  standIn = await startMinistack();
});
afterAll(() => standIn?.stop());

describe('plainly', () => allContracts('s3', newClient));

describe('in bad weather: two keys a page, every seventh request slowed down, every eleventh write done without an answer, every thirteenth body cut', () => {
  let seen: Seen;
  allContracts('s3, bad weather', () => {
    const client = newClient();
    seen = putInFront(client, badWeather);
    return client;
  });
  afterAll(() =>
    expect([...new Set(seen.interventions)].sort()).toEqual(['change', 'cut body', 'lose answer', 'refuse']),
  );
});

function allContracts(driver: string, createClient: () => S3Client): void {
  let client: S3Client;
  let calm: S3Client;
  beforeAll(() => {
    client = createClient();
    calm = newClient();
  });
  afterAll(() => {
    client.destroy();
    calm.destroy();
  });
  const open = async <T>(Driver: new (...args: ConstructorParameters<typeof S3Bucket>) => T) => {
    const Bucket = randomUUID();
    await calm.send(new CreateBucketCommand({ Bucket }));
    return new Driver(client, Bucket, { timing: new FakeTiming() });
  };

  objectStoreContract(driver, () => open(S3ObjectStore));
  jobDailyA3DataContract(driver, () => open(S3JobDailyA3Data));
  gleifStoreContract(driver, () => open(S3GleifStore), 5);
}

function badWeather(request: SeenRequest, count: number): Intervention | null {
  const { method, query, operation } = request;
  if (count % 7 === 0) return { kind: 'refuse', answer: xmlError('SlowDown', 503) };
  if (operation === 'GET ?list-type') return { kind: 'change', request: { query: { ...query, 'max-keys': '2' } } };
  if (count % 11 === 0 && method !== 'GET') return { kind: 'lose answer' };
  return count % 13 === 0 && method === 'GET' ? { kind: 'cut body' } : null;
}

function newClient(): S3Client {
  return createS3Client({ endpoint: standIn.endpoint, region: 'us-east-1' });
}
