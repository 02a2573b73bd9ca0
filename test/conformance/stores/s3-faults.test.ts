/** What the drivers on S3 do when S3 refuses, stalls, conflicts, or loses what was said. */
import { hash, randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Client } from '../../../src/stores/aws/create-aws-clients.ts';
import { S3JobDailyA3Data } from '../../../src/stores/aws/s3-job-daily-a3-data.ts';
import { S3ObjectStore } from '../../../src/stores/aws/s3-object-store.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';
import { type StandIn, startMinistack, useStandInCredentials } from '../stand-ins/stand-in.ts';
import { type Intervention, putInFront, type SeenRequest, xmlError } from './front.ts';

const MIB = 1024 * 1024;
const PART = 'PUT ?uploadId';
const COMPLETE = 'POST ?uploadId';

let standIn: StandIn;
let calm: S3Client;
beforeAll(async () => {
  useStandInCredentials();
  standIn = await startMinistack();
  calm = newClient();
});
afterAll(async () => {
  calm?.destroy();
  await standIn?.stop();
});

describe('JobDailyA3Data on S3, one request', () => {
  it('tells a retry from a conflict without reading what is there', async () => {
    const { store, seen } = await newStore();
    await store.putOnce('k', Buffer.from('one'));
    seen.operations.length = 0;
    await store.putOnce('k', Buffer.from('one'));
    expect(seen.operations).toEqual(['PUT', 'HEAD']);
    await expect(store.putOnce('k', Buffer.from('longer'))).rejects.toMatchObject({ code: 'PUBLISHED_CONFLICT' });
    expect(seen.operations).toEqual(['PUT', 'HEAD', 'PUT', 'HEAD']);
  });

  it('reads what is there when S3 keeps no digest of it', async () => {
    const { store, bucket } = await newStore();
    await calm.send(new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: 'one' }));
    await store.putOnce('k', Buffer.from('one'));
    await expect(store.putOnce('k', Buffer.from('two'))).rejects.toMatchObject({ code: 'PUBLISHED_CONFLICT' });
  });

  it('says busy when another writer holds the key', async () => {
    const conflict = xmlError('ConditionalRequestConflict', 409);
    const { store } = await newStore(() => ({ kind: 'refuse', answer: conflict }));
    await expect(store.putOnce('k', Buffer.from('one'))).rejects.toMatchObject({
      name: 'TransientError',
      code: 'PUBLISHED_BUSY',
    });
  });

  it('has published when the answer to it was lost', async () => {
    const { store, seen } = await newStore((_, count) => (count === 1 ? { kind: 'lose answer' } : null));
    await store.putOnce('k', Buffer.from('one'));
    expect(seen.operations).toEqual(['PUT', 'PUT', 'HEAD']);
    expect(await store.get('k')).toEqual(Buffer.from('one'));
  });

  it.each([
    ['AccessDenied', 403, 'User: arn:x is not authorized to perform: s3:PutObject', 'STORE_ACCESS_DENIED'],
    ['AccessDenied', 403, 'User: arn:x is not authorized to perform: kms:GenerateDataKey', 'STORE_KMS_DENIED'],
    ['KMS.DisabledException', 400, 'the key is disabled', 'STORE_KMS_DENIED'],
    ['ExpiredToken', 400, 'the token has expired', 'AWS_CREDENTIALS_INVALID'],
    ['NoSuchBucket', 404, 'no such bucket', 'STORE_MISSING'],
  ])('tells %s (%i, %s) once, and for good', async (name, status, message, code) => {
    const { store, seen } = await newStore(() => ({ kind: 'refuse', answer: xmlError(name, status, message) }));
    await expect(store.putOnce('k', Buffer.from('one'))).rejects.toMatchObject({ name: 'PermanentError', code });
    expect(seen.operations).toEqual(['PUT']);
  });

  it('gives up after a minute of SlowDown with an error that is retried', async () => {
    const { store, timing } = await newStore(() => ({ kind: 'refuse', answer: xmlError('SlowDown', 503) }));
    await expect(store.get('k')).rejects.toMatchObject({ name: 'TransientError', code: 'STORE_THROTTLED' });
    expect(timing.now()).toBeGreaterThan(50_000);
  });

  it('reads the first line of a large object with one small request', async () => {
    const ranges: (string | undefined)[] = [];
    const { store } = await newStore(({ headers }) => {
      ranges.push(headers['range']);
      return null;
    });
    await store.putOnce('k', Buffer.concat([Buffer.from('header\n'), Buffer.alloc(3 * MIB)]));
    ranges.length = 0;
    expect(await store.firstLine('k')).toBe('header');
    expect(ranges).toEqual(['bytes=0-4095']);
  });

  it('reads an object in ranges, and again those that were cut', async () => {
    const body = someBytes(3 * MIB);
    const { store, seen } = await newStore((_, count) => (count % 3 === 0 ? { kind: 'cut body' } : null));
    await store.putOnce('k', body);
    expect(digestOf(Buffer.concat(await Array.fromAsync((await store.open('k'))!)))).toBe(digestOf(body));
    expect(seen.interventions.length).toBeGreaterThan(0);
  });

  it('does not mix two objects when a pointer is replaced while it is read', async () => {
    const { store } = await newStore();
    await store.putPointer('as_of/x', someBytes(MIB));
    const reading = (await store.open('as_of/x'))!;
    await store.putPointer('as_of/x', Buffer.alloc(MIB));
    await expect(Array.fromAsync(reading)).rejects.toMatchObject({ code: 'PUBLISHED_BUSY' });
  });
});

describe('JobDailyA3Data on S3, in parts', () => {
  const body = someBytes(20 * MIB);

  it('shows an object only when all of it is there, and tells its digest', async () => {
    const visible: boolean[] = [];
    const { store, bucket, seen } = await newStore();
    const watched = async function* () {
      for await (const block of blocksOf(body)) {
        yield block;
        visible.push((await new S3ObjectStore(calm, bucket).get('big')) !== null);
      }
    };
    expect(await store.putOnceStream('big', watched())).toEqual({ bytes: body.length, sha256: digestOf(body) });
    expect(visible).not.toContain(true);
    expect(seen.operations).toEqual(['POST ?uploads', PART, PART, PART, COMPLETE]);
    expect(digestOf((await store.get('big'))!)).toBe(digestOf(body));
  });

  it('accepts the same bytes again without reading them, refuses others, and leaves no parts', async () => {
    const { store, bucket, seen } = await newStore();
    await store.putOnceStream('big', blocksOf(body));
    await store.putOnceStream('big', blocksOf(body));
    const other = Buffer.concat([body.subarray(0, -1), Buffer.from([body.at(-1)! ^ 1])]);
    await expect(store.putOnceStream('big', blocksOf(other))).rejects.toMatchObject({ code: 'PUBLISHED_CONFLICT' });
    await expect(store.putOnceStream('big', blocksOf(body.subarray(MIB)))).rejects.toMatchObject({
      code: 'PUBLISHED_CONFLICT',
    });
    expect(seen.operations.filter((operation) => operation === 'HEAD')).toHaveLength(3);
    expect(digestOf((await store.get('big'))!)).toBe(digestOf(body));
    expect(await uploadsOf(bucket)).toEqual([]);
  });

  it('knows the same bytes that were written in one request', async () => {
    const { store } = await newStore();
    await store.putOnce('big', body);
    expect(await store.putOnceStream('big', blocksOf(body))).toMatchObject({ sha256: digestOf(body) });
    await store.putOnce('big', body);
  });

  it('has published when the answer to the last request was lost', async () => {
    let lost = 0;
    const { store, bucket } = await newStore(({ operation }) => {
      if (operation !== COMPLETE || lost > 0) return null;
      lost += 1;
      return { kind: 'lose answer' };
    });
    expect(await store.putOnceStream('big', blocksOf(body))).toMatchObject({ bytes: body.length });
    expect(lost).toBe(1);
    expect(digestOf((await store.get('big'))!)).toBe(digestOf(body));
    expect(await uploadsOf(bucket)).toEqual([]);
  });

  it.each([
    ['ConditionalRequestConflict', 409, 'PUBLISHED_BUSY'],
    ['ConditionalRequestConflict', 200, 'PUBLISHED_BUSY'],
    ['AccessDenied', 403, 'STORE_ACCESS_DENIED'],
  ])('leaves nothing behind when the last request ends in %s (%i)', async (name, status, code) => {
    const { store, bucket } = await newStore(({ operation }) =>
      operation === COMPLETE ? { kind: 'refuse', answer: xmlError(name, status) } : null,
    );
    await expect(store.putOnceStream('big', blocksOf(body))).rejects.toMatchObject({ code });
    expect(await store.get('big')).toBeNull();
    expect(await uploadsOf(bucket)).toEqual([]);
  });

  it('leaves nothing behind when the body breaks off after the first part', async () => {
    const { store, bucket } = await newStore();
    const broken = async function* () {
      yield body.subarray(0, 9 * MIB);
      throw new Error('broke off');
    };
    await expect(store.putOnceStream('big', broken())).rejects.toThrow('broke off');
    expect(await store.get('big')).toBeNull();
    expect(await uploadsOf(bucket)).toEqual([]);
  });

  it('sends a part again that S3 was too busy for', async () => {
    const { store, seen } = await newStore(({ operation }, count) =>
      operation === PART && count === 2 ? { kind: 'refuse', answer: xmlError('SlowDown', 503) } : null,
    );
    await store.putOnceStream('big', blocksOf(body));
    expect(seen.interventions).toEqual(['refuse']);
    expect(digestOf((await store.get('big'))!)).toBe(digestOf(body));
  });
});

describe('JobDailyDelta on S3', () => {
  it('deletes again the keys that S3 was too busy for', async () => {
    const asked: string[][] = [];
    const { delta } = await newStore((request) => {
      if (request.operation !== 'POST ?delete') return null;
      asked.push([...request.body.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => match[1]!));
      return asked.length > 1 ? null : refuseKeys(['d/3', 'd/7'], 'SlowDown');
    });
    for (let i = 0; i < 10; i += 1) await delta.put(`d/${i}`, Buffer.from(''));
    expect(await delta.deleteSome('d')).toEqual({ deleted: 10, more: false });
    expect(asked).toEqual([Array.from({ length: 10 }, (_, i) => `d/${i}`), ['d/3', 'd/7']]);
  });

  it('tells of a key that it may not delete', async () => {
    const { delta } = await newStore(({ operation }) =>
      operation === 'POST ?delete' ? refuseKeys(['d/1'], 'AccessDenied') : null,
    );
    await delta.put('d/1', Buffer.from(''));
    await expect(delta.deleteSome('d')).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
  });

  it('tells of an object that is gone or another since it was planned', async () => {
    const { delta, bucket } = await newStore();
    await delta.put('p', Buffer.from('one'));
    const [planned] = await Array.fromAsync(delta.list(''));
    await calm.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'p' }));
    await expect(delta.get('p', { ifMatch: planned!.etag })).rejects.toMatchObject({ code: 'DELTA_CHANGED' });
  });
});

/** As S3 answers when it deletes all but these. The front deletes none. */
function refuseKeys(keys: readonly string[], code: string): Intervention {
  const errors = keys.map((key) => `<Error><Key>${key}</Key><Code>${code}</Code><Message>no</Message></Error>`);
  const body = `<?xml version="1.0"?><DeleteResult>${errors.join('')}</DeleteResult>`;
  return { kind: 'refuse', answer: { statusCode: 200, headers: { 'content-type': 'application/xml' }, body } };
}

async function newStore(intervene: (request: SeenRequest, count: number) => Intervention | null = () => null) {
  const bucket = randomUUID();
  await calm.send(new CreateBucketCommand({ Bucket: bucket }));
  const client = newClient();
  const seen = putInFront(client, intervene);
  const timing = new FakeTiming();
  const store = new S3JobDailyA3Data(client, bucket, { timing });
  return { store, delta: new S3ObjectStore(client, bucket, { timing }), bucket, seen, timing };
}

async function uploadsOf(Bucket: string) {
  return (await calm.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [];
}

function newClient(): S3Client {
  return createS3Client({ endpoint: standIn.endpoint, region: 'us-east-1' });
}

/** The same every time, and no two parts alike. */
function someBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  for (let i = 0; i < count; i += 4) bytes.writeUInt32LE(Math.imul(i + 1, 2_654_435_761) >>> 0, i);
  return bytes;
}

async function* blocksOf(body: Buffer): AsyncIterable<Buffer> {
  for (let start = 0; start < body.length; start += 300_000) yield body.subarray(start, start + 300_000);
}

function digestOf(body: Buffer): string {
  return hash('sha256', body, 'hex');
}
