import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LexServerOptions, startLexServer } from '../../src/lex/lex-server.ts';

const DOCS = ['a', 'b', 'c', 'd', 'e'].map((lexId) => JSON.stringify({ lexId }));

async function open(options: Partial<LexServerOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'mac.ndjson'), `${DOCS.join('\n')}\n`);
  const lex = await startLexServer({ folder, port: 0, ...options });
  onTestFinished(() => lex.close());
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${lex.url}/namespaces${path}`, { headers, method, redirect: 'manual' });
  return { folder, lex, get };
}

const NDJSON = { accept: 'application/x-ndjson' };

describe('Lex server', () => {
  it('counts', async () => {
    const { get } = await open();
    const answer = await get('/mac/documents/count');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({ namespace: 'mac', total_docs: 5 });
  });

  it('gives rows as stored, one a line, with the total', async () => {
    const { get } = await open();
    const answer = await get('/mac/documents?offset=1&limit=2', NDJSON);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    expect(answer.headers.get('x-total-docs')).toBe('5');
    expect(await answer.text()).toBe('{"lexId":"b"}\n{"lexId":"c"}\n');
  });

  it('gives rows as JSON when asked, or when nothing else is known', async () => {
    const { get } = await open();
    for (const accept of ['application/json', '*/*', 'application/x-ndjson;q=0.1, application/json']) {
      const answer = await get('/mac/documents?offset=3&limit=9', { accept });
      expect(answer.headers.get('content-type')).toBe('application/json');
      const documents = [{ lexId: 'd' }, { lexId: 'e' }];
      expect(await answer.json()).toEqual({ namespace: 'mac', total_docs: 5, offset: 3, documents });
    }
  });

  it('answers JSON alone when it is a server without NDJSON', async () => {
    const { get } = await open({ jsonOnly: true });
    expect((await get('/mac/documents?limit=1', NDJSON)).headers.get('content-type')).toBe('application/json');
  });

  it('gives no document past the end', async () => {
    const { get } = await open();
    const answer = await get('/mac/documents?offset=5&limit=9', NDJSON);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
    expect(await (await get('/mac/documents?offset=99')).json()).toMatchObject({ documents: [] });
  });

  it('gives a document by its id, and says when there is none', async () => {
    const { get } = await open();
    expect(await (await get('/mac/documents/c')).text()).toBe(DOCS[2]);
    const none = await get('/mac/documents/x');
    expect(none.status).toBe(404);
    expect(await none.json()).toEqual({ error: 'document_not_found' });
  });

  it('answers 405 by id where it knows no id field, and to every method but GET', async () => {
    const { get, folder } = await open();
    await writeFile(join(folder, 'own.ndjson'), '{"lexId":"a"}\n');
    expect((await get('/own/documents/a')).status).toBe(405);
    for (const method of ['HEAD', 'POST', 'DELETE']) expect((await get('/mac/documents', {}, method)).status).toBe(405);
  });

  it('pages by key', async () => {
    const { get } = await open();
    const page = async (after: string) => (await get(`/mac/documents?after=${after}&limit=2`, NDJSON)).text();
    expect(await page('')).toBe('{"lexId":"a"}\n{"lexId":"b"}\n');
    expect(await page('b')).toBe('{"lexId":"c"}\n{"lexId":"d"}\n');
    expect(await page('bb')).toBe('{"lexId":"c"}\n{"lexId":"d"}\n');
    expect(await page('e')).toBe('');
    const without = await open({ keysetPaging: false });
    expect((await without.get('/mac/documents?after=b')).status).toBe(400);
  });

  it('steps over lines without an id when it pages by key, without losing them', async () => {
    const { get, folder } = await open();
    await writeFile(join(folder, 'mac.ndjson'), 'broken\n{"lexId":"a"}\n{"no":"id"}\n{"lexId":"b"}\n');
    expect(await (await get('/mac/documents?after=', NDJSON)).text()).toContain('broken');
    expect(await (await get('/mac/documents?after=a', NDJSON)).text()).toBe('{"no":"id"}\n{"lexId":"b"}\n');
  });

  it.each(['offset=-1', 'offset=1.5', 'offset=x', 'limit=-1', 'limit=11', 'limit=', 'limit=1e1', 'after=a&offset=1'])(
    'refuses %s and names its maximum',
    async (query) => {
      const { get } = await open({ maxLimit: 10 });
      const answer = await get(`/mac/documents?${query}`);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ max_limit: 10 });
    },
  );

  it('serves a snapshot until the file changes, then answers 410', async () => {
    const { get, folder } = await open();
    const token = (await get('/mac/documents/count')).headers.get('x-lex-snapshot');
    expect((await get(`/mac/documents?snapshot=${token}`)).status).toBe(200);
    await appendFile(join(folder, 'mac.ndjson'), '{"lexId":"f"}\n');
    expect((await get(`/mac/documents?snapshot=${token}`)).status).toBe(410);
    expect(await (await get('/mac/documents/count')).json()).toMatchObject({ total_docs: 6 });
  });

  it('packs when asked for', async () => {
    const { get } = await open();
    for (const encoding of ['gzip', 'zstd']) {
      const answer = await get('/mac/documents?limit=2', { ...NDJSON, 'accept-encoding': encoding });
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(await answer.text()).toBe('{"lexId":"a"}\n{"lexId":"b"}\n');
    }
    const plain = await get('/mac/documents?limit=2', { ...NDJSON, 'accept-encoding': 'gzip;q=0, identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });

  it('asks for its token', async () => {
    const { get } = await open({ token: 'secret' });
    expect((await get('/mac/documents/count')).status).toBe(401);
    expect((await get('/mac/documents/count', { authorization: 'Bearer secre' })).status).toBe(401);
    expect((await get('/mac/documents/count', { authorization: 'Bearer secret' })).status).toBe(200);
  });

  it.each([
    '/namespaces/nowhere/documents/count',
    '/namespaces/..%2f..%2fetc%2fpasswd/documents',
    '/namespaces/..%5Cmac/documents',
    '/namespaces/../../mac/documents',
    '/namespaces/mac%00/documents',
    '/namespaces//documents',
    '/namespaces/%ff/documents',
    '/namespaces/mac',
    '/namespaces/mac/documents/a/b',
    '/',
  ])('does not find %s', async (target) => {
    const { lex } = await open();
    expect(await rawStatus(lex.url, target, '127.0.0.1')).toBe(404);
  });

  it('refuses targets and names of other hosts', async () => {
    const { lex } = await open();
    expect(await rawStatus(lex.url, 'http://elsewhere.example/namespaces/mac/documents', '127.0.0.1')).toBe(400);
    expect(await rawStatus(lex.url, '/namespaces/mac/documents', 'elsewhere.example')).toBe(421);
    expect(await rawStatus(lex.url, '/namespaces/mac/documents', 'localhost:1')).toBe(200);
  });

  it('says when its port is taken', async () => {
    const { lex, folder } = await open();
    const port = Number(new URL(lex.url).port);
    await expect(startLexServer({ folder, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

/** Status of a request whose target is sent as it stands: clients would tidy it up. */
async function rawStatus(url: string, target: string, host: string): Promise<number> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  const answer = Buffer.concat(await Array.fromAsync(socket as AsyncIterable<Buffer>)).toString();
  return Number(answer.split(' ')[1]);
}
