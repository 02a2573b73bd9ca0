import { describe, expect, it } from 'vitest';
import { entityItem } from '../../src/agreements/make-look-up-items.ts';
import { startEntityServer } from '../../src/enrichment/entity-server.ts';
import { type EntityServiceOptions, openHttpEntityService } from '../../src/enrichment/http-entity-service.ts';
import { MemoryEntityTable } from '../fakes/memory-look-ups.ts';
import { json, type Respond, rawServices } from './raw-service.ts';

const start = rawServices();
const QUESTION = { entity_key: 'acme & co', text: 'ACME & Co.' };

describe('the entity service over HTTP', () => {
  it('is asked by key and text, with the token, and never in the URL', async () => {
    const { url, asked } = await start((_, response) => json(response, 200, { entity_id: 'H-1', cp: {} }));
    const answer = await ask(`${url}/v2/`, { token: 'secret' });
    expect(answer).toEqual({ entity_id: 'H-1', roles: ['CP'], fields: {} });
    expect(asked).toEqual([
      { path: '/v2/entities/resolve', method: 'POST', authorization: 'Bearer secret', question: QUESTION },
    ]);
  });

  it('says that nobody knows an entity when the service says just that', async () => {
    const { url } = await start((_, response) => json(response, 404, { error: 'entity_unknown' }));
    expect(await ask(url)).toBeNull();
  });

  it.each<[string, Respond, string]>([
    ['a 404 of somebody else', (_, response) => response.writeHead(404).end('Not Found'), 'ENTITY_ANSWER_INVALID'],
    ['a 404 of another kind', (_, response) => json(response, 404, { error: 'no route' }), 'ENTITY_ANSWER_INVALID'],
    ['a page of HTML', (_, response) => response.writeHead(200).end('<html>'), 'ENTITY_ANSWER_INVALID'],
    ['broken JSON', (_, response) => response.writeHead(200, JSON_TYPE).end('{"entity_id'), 'ENTITY_ANSWER_INVALID'],
    ['an endless answer', (_, response) => json(response, 200, 'x'.repeat(300_000)), 'ENTITY_ANSWER_INVALID'],
    ['a redirect', (_, response) => response.writeHead(302, { location: '/x' }).end(), 'ENTITY_SERVICE_REFUSED'],
    ['400', (_, response) => json(response, 400, {}), 'ENTITY_SERVICE_REFUSED'],
    ['422', (_, response) => json(response, 422, {}), 'ENTITY_SERVICE_REFUSED'],
    ['401', (_, response) => json(response, 401, {}), 'ENTITY_SERVICE_UNAUTHORIZED'],
    ['403', (_, response) => json(response, 403, {}), 'ENTITY_SERVICE_UNAUTHORIZED'],
  ])('tells %s at once, without asking again', async (_, respond, code) => {
    const { url, asked } = await start(respond);
    await expect(ask(url)).rejects.toMatchObject({ code, name: 'PermanentError' });
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Respond, string]>([
    ['500', (_, response) => json(response, 500, {}), 'ENTITY_SERVICE_UNREACHABLE'],
    ['503', (_, response) => json(response, 503, {}), 'ENTITY_SERVICE_BUSY'],
    ['a connection that is reset', (_, response) => response.destroy(), 'ENTITY_SERVICE_UNREACHABLE'],
    [
      'an answer cut short',
      (_, response) => {
        response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' }).write('{');
        setImmediate(() => response.destroy());
      },
      'ENTITY_SERVICE_UNREACHABLE',
    ],
  ])('asks three times when it meets %s', async (_, respond, code) => {
    const { url, asked } = await start(respond);
    await expect(ask(url)).rejects.toMatchObject({ code, name: 'TransientError' });
    expect(asked).toHaveLength(3);
  });

  it('waits as long as the service asks for', async () => {
    const waits: number[] = [];
    const { url } = await start((_, response, count) =>
      count === 1 ? json(response, 429, {}, { 'retry-after': '7' }) : json(response, 200, { entity_id: 'H-1' }),
    );
    const sleep = async (ms: number) => void waits.push(ms);
    expect(await ask(url, { sleep, random: () => 0 })).toMatchObject({ entity_id: 'H-1' });
    expect(waits).toEqual([7_000]);
  });

  it('gives up an answer that does not come', async () => {
    const { url } = await start(() => undefined);
    await expect(ask(url, { timeoutMs: 30, retry: { attempts: 1 } })).rejects.toMatchObject({
      code: 'ENTITY_SERVICE_UNREACHABLE',
      details: { cause: 'timeout' },
    });
  });

  it('tells of nobody at the address', async () => {
    await expect(ask('http://127.0.0.1:1')).rejects.toMatchObject({
      code: 'ENTITY_SERVICE_UNREACHABLE',
      details: { cause: 'ECONNREFUSED' },
    });
  });

  it('ends with the reason of a signal', async () => {
    const stop = new AbortController();
    const { url } = await start(() => stop.abort(new Error('stopped')));
    const service = openHttpEntityService({ baseUrl: url });
    await expect(service.ask(QUESTION, stop.signal)).rejects.toThrow('stopped');
    await service.close();
  });

  it.each([
    ['ftp://entities.inet', undefined],
    ['entities.inet', undefined],
    ['https://user:pass@entities.inet', undefined],
    ['https://entities.inet?x=1', undefined],
    ['http://entities.inet', 'secret'],
    ['http://127.entities.inet', 'secret'],
    ['https://entities.inet', 'two words'],
  ])('refuses %s with the token %s before it asks, and repeats neither', (baseUrl, token) => {
    expect(() => openHttpEntityService({ baseUrl, token })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expect(() => openHttpEntityService({ baseUrl, token })).toThrow(
      expect.not.objectContaining({ message: expect.stringMatching(/pass|secret|two words/) }),
    );
  });
});

describe('the entity server', () => {
  it('answers for a table of entities as the client expects, by identifier and by alias', async () => {
    const table = new MemoryEntityTable();
    const item = entityItem('H-1', ['CP'], { 'CP.4': 'Acme' }, 'LAPSED');
    const alias = { kind: 'alias', entity_key: 'acme & co', entity_id: 'H-1', version: 'v' } as const;
    await table.putAll([item, alias]);
    const server = await startEntityServer({ entities: table, port: 0, token: 'secret' });
    try {
      const expected = { entity_id: 'H-1', roles: ['CP'], fields: { 'CP.4': 'Acme' }, lei_status: 'LAPSED' };
      expect(await ask(server.url, { token: 'secret' })).toEqual(expected);
      expect(await ask(server.url, { token: 'secret' }, { entity_key: 'h-1', text: 'h-1' })).toEqual(expected);
      expect(await ask(server.url, { token: 'secret' }, { entity_key: 'x', text: 'x' })).toBeNull();
      await expect(ask(server.url, { token: 'wrong' })).rejects.toMatchObject({ code: 'ENTITY_SERVICE_UNAUTHORIZED' });
      await expect(ask(`${server.url}/elsewhere`, { token: 'secret' })).rejects.toMatchObject({
        code: 'ENTITY_ANSWER_INVALID',
      });
    } finally {
      await server.close();
    }
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };

async function ask(baseUrl: string, options: Partial<EntityServiceOptions> = {}, question = QUESTION) {
  const service = openHttpEntityService({ baseUrl, sleep: async () => undefined, ...options });
  try {
    return await service.ask(question);
  } finally {
    await service.close();
  }
}
