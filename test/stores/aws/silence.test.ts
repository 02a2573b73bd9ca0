import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDynamoDbClient, createS3Client } from '../../../src/stores/aws/create-aws-clients.ts';
import { DynamoJobStats } from '../../../src/stores/aws/dynamo-job-stats.ts';
import { S3ObjectStore } from '../../../src/stores/aws/s3-object-store.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';

const SILENCE_MS = 100;
/** Few tries, since each of them is silent for real. */
const options = () => ({ timing: new FakeTiming(), patienceMs: 60 });

const ends: (() => void)[] = [];
beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function startServer(answer: RequestListener): Promise<{ endpoint: string; region: string; silenceMs: number }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', silenceMs: SILENCE_MS };
}

describe('a service that falls silent', () => {
  it('before it answers is told, not waited for', async () => {
    let asked = 0;
    const place = await startServer(() => {
      asked += 1;
    });
    const store = new DynamoJobStats(createDynamoDbClient(place), 'JobStats', options());
    await expect(store.getLock()).rejects.toMatchObject({ name: 'TransientError', code: 'STORE_UNREACHABLE' });
    expect(asked).toBe(2);
  });

  it('in the middle of a body is asked again', async () => {
    let asked = 0;
    const place = await startServer((_, response) => {
      asked += 1;
      response.writeHead(200, { 'content-length': 8 });
      if (asked === 1) response.write('half');
      else response.end('the body');
    });
    const store = new S3ObjectStore(createS3Client(place), 'bucket', options());
    expect(await store.get('k')).toEqual(Buffer.from('the body'));
    expect(asked).toBe(2);
  });
});
