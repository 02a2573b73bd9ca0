import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpLexSourceOptions } from '../../src/lex/http-lex-options.ts';
import { openHttpLexSource } from '../../src/lex/http-lex-source.ts';
import { answer, drip, json, type RawLex, type RawRequest, reset, stall, startRawLex } from '../fakes/raw-lex.ts';

const ROWS = '{"lexId":"a"}\n{"lexId":"b"}\n';

/** A source over a Lex that answers so; it notes what it waits for instead of waiting. */
async function open(answers: readonly ((request: RawRequest) => void)[], options: Partial<HttpLexSourceOptions> = {}) {
  const lex: RawLex = await startRawLex(...answers);
  onTestFinished(lex.close);
  const waitsMs: number[] = [];
  const source = openHttpLexSource({
    baseUrl: lex.url,
    sleep: async (ms) => void waitsMs.push(ms),
    random: () => 0.5,
    now: () => Date.UTC(2021, 9, 20),
    ...options,
  });
  onTestFinished(() => source.close());
  const readPage = async (offset = 0, limit = 10) => {
    const { rows } = await source.readRows('mac', offset, limit);
    return (await Array.fromAsync(rows)).flat().map((row) => row.toString());
  };
  return { lex, source, waitsMs, readPage };
}

const once: Partial<HttpLexSourceOptions> = { retry: { attempts: 1 } };
const transient = (code: string) => ({ name: 'TransientError', code });
const permanent = (code: string) => ({ name: 'PermanentError', code });

describe('HTTP Lex source: a Lex that allows fewer rows at once', () => {
  it('asks for as many as Lex allows, and remembers it', async () => {
    const limits: string[] = [];
    const counting = (request: RawRequest): void => {
      const limit = /limit=(\d+)/.exec(request.target)![1]!;
      limits.push(limit);
      if (Number(limit) > 2) json({ error: 'bad_limit', max_limit: 2 }, { status: 400 })(request);
      else answer({ body: ROWS })(request);
    };
    const { readPage } = await open([counting, counting, counting]);

    expect(await readPage()).toHaveLength(2);
    expect(await readPage(2)).toHaveLength(2);
    expect(limits).toEqual(['10', '2', '2']);
  });

  it('gives up where pages could never be joined', async () => {
    const { source } = await open([json({ error: 'bad_limit', max_limit: 1 }, { status: 400 })]);

    await expect(source.readRows('mac', 0, 10)).rejects.toMatchObject(permanent('LEX_BAD_REQUEST'));
  });
});

describe('HTTP Lex source: what breaks on the way', () => {
  it('calls a refused connection unreachable', async () => {
    const { lex, source } = await open([reset], once);
    await lex.close();
    const refused = { ...transient('LEX_UNREACHABLE'), details: { cause: 'ECONNREFUSED' } };
    await expect(source.countDocuments('mac')).rejects.toMatchObject(refused);
  });

  it.each([
    ['a connection that is reset before the answer', reset, 'LEX_UNREACHABLE'],
    ['a connection that ends before the answer', ({ socket }: RawRequest) => socket.end(), 'LEX_UNREACHABLE'],
    ['something that is no HTTP', ({ socket }: RawRequest) => socket.end('SSH-2.0-OpenSSH\r\n'), 'LEX_UNREACHABLE'],
    ['a body shorter than its content length', answer({ body: ROWS, length: 100 }), 'LEX_BODY_CUT'],
    [
      'an open-ended body without its last line feed',
      answer({ body: ROWS.slice(0, -1), length: null }),
      'LEX_BODY_CUT',
    ],
    ['a whole body without its last line feed', answer({ body: ROWS.slice(0, -1) }), 'LEX_BODY_CUT'],
    ['a chunked body without its end', chunked('1c\r\n', ROWS, '\r\n'), 'LEX_BODY_CUT'],
    ['a chunked body with a broken chunk', chunked('5\r\n', ROWS, 'zzzz\r\n\r\n'), 'LEX_BODY_CUT'],
    ['an unclosed JSON array', json('{"documents":[{"lexId":"a"}', { length: null }), 'LEX_BODY_CUT'],
    ['an empty JSON answer', json(''), 'LEX_BODY_CUT'],
    ['a cut gzip body', gzipped(gzipSync(ROWS).subarray(0, -4)), 'LEX_BODY_CUT'],
    ['a damaged gzip body', gzipped(Buffer.from('no gzip at all')), 'LEX_BODY_CUT'],
  ])('calls %s by its name', async (_, misbehave, code) => {
    const { readPage } = await open([misbehave], { ...once, compression: 'always' });
    await expect(readPage()).rejects.toMatchObject(transient(code));
  });

  it.each([
    ['a body that falls silent', stall('{"lexId":"a"}\n')],
    ['an answer that never begins', () => {}],
    ['a body that drips for ever', drip],
  ])('does not wait for ever for %s', async (_, misbehave) => {
    const limits = { headersTimeoutMs: 150, idleTimeoutMs: 100, totalTimeoutMs: 250 };
    const { readPage } = await open([misbehave], { ...once, ...limits });
    await expect(readPage()).rejects.toMatchObject(transient('LEX_TIMEOUT'));
  });

  it('calls a reset inside the body unreachable, after the rows that came', async () => {
    const { lex, source } = await open([stall('{"lexId":"a"}\n')], { ...once, readAheadBytes: 1 });
    const { rows } = await source.readRows('mac', 0, 10);
    const iterator = rows[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toHaveLength(1);
    reset(lex.requests[0]!);
    await expect(iterator.next()).rejects.toMatchObject(transient('LEX_UNREACHABLE'));
  });

  it('takes an empty answer for one, even if it claims to be packed', async () => {
    const { readPage } = await open([gzipped(Buffer.alloc(0))], once);
    expect(await readPage()).toEqual([]);
  });

  it('reads a body whose end is the end of the connection', async () => {
    const { readPage } = await open([answer({ body: ROWS, length: null })]);
    expect(await readPage()).toEqual(['{"lexId":"a"}', '{"lexId":"b"}']);
  });

  it('waits for its reader without calling that a slow Lex', async () => {
    const body = `{"lexId":"${'x'.repeat(1000)}"}\n`.repeat(3_000);
    const limits = { idleTimeoutMs: 300, totalTimeoutMs: 500, readAheadBytes: 10_000 };
    const { source } = await open([answer({ body })], { ...once, ...limits });
    const { rows } = await source.readRows('mac', 0, 3_000);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await Array.fromAsync(rows)).flat()).toHaveLength(3_000);
  });
});

describe('HTTP Lex source: what Lex says', () => {
  it.each([
    [400, { error: 'limit', max_limit: 500 }, { ...permanent('LEX_BAD_REQUEST'), details: { max_limit: 500 } }],
    [400, 'no json', permanent('LEX_BAD_REQUEST')],
    [401, {}, permanent('LEX_UNAUTHORIZED')],
    [403, {}, permanent('LEX_UNAUTHORIZED')],
    [404, { error: 'unknown' }, permanent('LEX_NAMESPACE_UNKNOWN')],
    [408, {}, transient('LEX_TIMEOUT')],
    [410, {}, transient('LEX_SNAPSHOT_GONE')],
    [418, {}, permanent('LEX_ANSWER_INVALID')],
    [204, '', permanent('LEX_ANSWER_INVALID')],
    [429, {}, transient('LEX_BUSY')],
    [500, {}, transient('LEX_UNREACHABLE')],
    [501, {}, permanent('LEX_ANSWER_INVALID')],
    [502, {}, transient('LEX_UNREACHABLE')],
    [503, {}, transient('LEX_BUSY')],
    [504, {}, transient('LEX_UNREACHABLE')],
  ])('gives status %i its meaning (%j)', async (status, body, meaning) => {
    const { source, readPage } = await open([json(body, { status })], once);
    await expect(readPage()).rejects.toMatchObject(meaning);
    await expect(source.countDocuments('mac')).rejects.toMatchObject(meaning);
  });

  it.each([
    [
      'a page of HTML',
      answer({ headers: { 'content-type': 'text/html' }, body: '<html>' }),
      permanent('LEX_ANSWER_INVALID'),
    ],
    ['no content type', answer({ headers: { 'content-type': '' }, body: ROWS }), permanent('LEX_ANSWER_INVALID')],
    ['brotli', answer({ headers: { 'content-encoding': 'br' }, body: ROWS }), permanent('LEX_ANSWER_INVALID')],
    ['another namespace', json({ namespace: 'pwm', documents: [] }), permanent('LEX_WRONG_NAMESPACE')],
    ['another namespace at the end', json({ documents: [{}], namespace: 'pwm' }), permanent('LEX_WRONG_NAMESPACE')],
    ['another offset', json({ offset: 5, documents: [] }), permanent('LEX_ANSWER_INVALID')],
    [
      'a total that is no number',
      answer({ headers: { 'x-total-docs': 'many' }, body: ROWS }),
      permanent('LEX_ANSWER_INVALID'),
    ],
    ['a negative total', answer({ headers: { 'x-total-docs': '-1' }, body: ROWS }), permanent('LEX_ANSWER_INVALID')],
    ['more rows than asked for', answer({ body: ROWS.repeat(6) }), permanent('LEX_ANSWER_INVALID')],
    ['more rows than asked for, as JSON', json({ documents: Array(11).fill({}) }), permanent('LEX_ANSWER_INVALID')],
    ['nothing, though there is more', answer({ headers: { 'x-total-docs': '3' } }), transient('LEX_PAGE_SHORT')],
    ['nothing as JSON, though there is more', json({ documents: [], total_docs: 3 }), transient('LEX_PAGE_SHORT')],
    [
      'headers beyond all bounds',
      answer({ headers: { 'x-long': 'x'.repeat(100_000) } }),
      permanent('LEX_ANSWER_INVALID'),
    ],
  ])('refuses rows as %s', async (_, misbehave, meaning) => {
    const { readPage } = await open([misbehave], once);
    await expect(readPage()).rejects.toMatchObject(meaning);
  });

  it.each([
    ['{}', permanent('LEX_ANSWER_INVALID')],
    ['{"total_docs":-1}', permanent('LEX_ANSWER_INVALID')],
    ['{"total_docs":1.5}', permanent('LEX_ANSWER_INVALID')],
    ['{"total_docs":"5"}', permanent('LEX_ANSWER_INVALID')],
    ['{"total_docs":1e30}', permanent('LEX_ANSWER_INVALID')],
    ['[5]', permanent('LEX_ANSWER_INVALID')],
    ['{"namespace":"pwm","total_docs":5}', permanent('LEX_WRONG_NAMESPACE')],
    [`{"total_docs":5,"x":"${'x'.repeat(70_000)}"}`, permanent('LEX_ANSWER_INVALID')],
    ['{"total_docs":5', transient('LEX_BODY_CUT')],
    ['', transient('LEX_BODY_CUT')],
  ])('refuses the count %.40s', async (body, meaning) => {
    const { source } = await open([json(body)], once);
    await expect(source.countDocuments('mac')).rejects.toMatchObject(meaning);
  });

  it('goes by the content type of the answer, with parameters and in any case', async () => {
    const type = (value: string) => ({ 'content-type': value });
    const { lex, readPage } = await open([
      answer({ headers: type('Application/X-NDJSON; charset=utf-8'), body: '{"lexId":"a"}\n' }),
      answer({ headers: type('APPLICATION/JSON;charset=UTF-8'), body: '{"documents":[ {"lexId": "b"} ]}' }),
    ]);
    expect(await readPage()).toEqual(['{"lexId":"a"}']);
    expect(await readPage()).toEqual(['{"lexId": "b"}']);
    expect(lex.requests[0]!.head).toContain('accept: application/x-ndjson, application/json;q=0.5');
  });

  it('names the total wherever Lex gives it: in a header, before or after the documents', async () => {
    const { source } = await open([
      answer({ body: ROWS }),
      answer({ headers: { 'x-total-docs': '7' }, body: ROWS }),
      json('{"total_docs":8,"documents":[1]}'),
      json('{"documents":[1],"total_docs":9}'),
    ]);
    const totals: (number | null)[] = [];
    for (let page = 0; page < 4; page += 1) {
      const rowsAnswer = await source.readRows('mac', 0, 10);
      await Array.fromAsync(rowsAnswer.rows);
      totals.push(rowsAnswer.totalDocs);
    }
    expect(totals).toEqual([null, 7, 8, 9]);
  });

  it('asks for what it was told, percent-encoded, below the base path', async () => {
    const { lex, source } = await open([json({ total_docs: 1 })]);
    const below = openHttpLexSource({ baseUrl: `${lex.url}/inet/lex//` });
    onTestFinished(() => below.close());
    await below.countDocuments('a/b?c#d é');
    await source.getDocument('mac', '../x?y=%2F');
    expect(lex.requests.map(({ target }) => target)).toEqual([
      '/inet/lex/namespaces/a%2Fb%3Fc%23d%20%C3%A9/documents/count',
      '/namespaces/mac/documents/..%2Fx%3Fy%3D%252F',
    ]);
  });
});

describe('HTTP Lex source: asking again', () => {
  it('tries again until Lex answers, waiting longer each time', async () => {
    const busy = answer({ status: 503 });
    const { lex, waitsMs, readPage } = await open([busy, reset, answer({ body: 'x' }), answer({ body: ROWS })]);
    expect(await readPage()).toHaveLength(2);
    expect(lex.requests).toHaveLength(4);
    expect(waitsMs).toEqual([125, 250, 500]);
  });

  it('gives up after the attempts that it has, with the last error', async () => {
    const { lex, source } = await open([reset, reset, answer({ status: 503 })], { retry: { attempts: 3 } });
    await expect(source.countDocuments('mac')).rejects.toMatchObject(transient('LEX_BUSY'));
    expect(lex.requests).toHaveLength(3);
  });

  it('does not ask again what will be refused again', async () => {
    const { lex, source } = await open([answer({ status: 401 })]);
    await expect(source.countDocuments('mac')).rejects.toMatchObject(permanent('LEX_UNAUTHORIZED'));
    expect(lex.requests).toHaveLength(1);
  });

  it('asks again for an answer that broke off, as long as it fits into what is read ahead', async () => {
    const { lex, readPage } = await open([answer({ body: ROWS, length: 1000 }), answer({ body: ROWS })]);
    expect(await readPage()).toHaveLength(2);
    expect(lex.requests).toHaveLength(2);
  });

  it('does not ask again once rows were handed out', async () => {
    const answers = [answer({ body: ROWS, length: 1000 }), answer({ body: ROWS })];
    const { lex, readPage } = await open(answers, { readAheadBytes: 1 });
    await expect(readPage()).rejects.toMatchObject(transient('LEX_BODY_CUT'));
    expect(lex.requests).toHaveLength(1);
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['Wed, 20 Oct 2021 00:00:05 GMT', 5_000],
    ['Tue, 19 Oct 2021 00:00:00 GMT', 0],
    ['86400', 30_000],
    ['soon', 0],
    ['-1', 0],
  ])('waits as long as `Retry-After: %s` asks for, up to 30 seconds, and its own share', async (value, askedMs) => {
    const { source, waitsMs } = await open([
      answer({ status: 429, headers: { 'retry-after': value } }),
      json({ total_docs: 4 }),
    ]);
    expect(await source.countDocuments('mac')).toBe(4);
    expect(waitsMs).toEqual([askedMs + 125]);
  });

  it('stops waiting when it is told to', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const busy = answer({ status: 503, headers: { 'retry-after': '20' } });
    const lex = await startRawLex((request) => {
      busy(request);
      setTimeout(() => controller.abort(reason), 20);
    });
    onTestFinished(lex.close);
    const source = openHttpLexSource({ baseUrl: lex.url });
    onTestFinished(() => source.close());
    await expect(source.countDocuments('mac', { signal: controller.signal })).rejects.toBe(reason);
  });
});

describe('HTTP Lex source: redirects and the token', () => {
  const to = (location: string, status = 302) => answer({ status, headers: { location } });

  it('follows redirects inside the origin', async () => {
    const { lex, source } = await open([to('/moved/a?x=1'), to('b', 308), json({ total_docs: 4 })], {
      token: 'secret',
    });
    expect(await source.countDocuments('mac')).toBe(4);
    expect(lex.requests.map(({ target }) => target).slice(1)).toEqual(['/moved/a?x=1', '/moved/b']);
    for (const { head } of lex.requests) expect(head).toContain('authorization: Bearer secret');
  });

  it('follows none to another origin, which learns nothing', async () => {
    const other = await startRawLex(json({ total_docs: 4 }));
    onTestFinished(other.close);
    const { source } = await open([to(`${other.url}/namespaces/mac/documents/count`)], { token: 'secret' });
    await expect(source.countDocuments('mac')).rejects.toMatchObject(permanent('LEX_REDIRECTED'));
    expect(other.requests).toHaveLength(0);
  });

  it('does not go round in circles, and needs a target', async () => {
    const circle = await open([to('/again')]);
    await expect(circle.source.countDocuments('mac')).rejects.toMatchObject(permanent('LEX_REDIRECTED'));
    expect(circle.lex.requests).toHaveLength(6);
    const lost = await open([answer({ status: 302 })]);
    await expect(lost.source.countDocuments('mac')).rejects.toMatchObject(permanent('LEX_ANSWER_INVALID'));
  });

  it('never shows the token in an error, whatever Lex sends back', async () => {
    const token = 'canary-5c1f';
    const echo = (request: RawRequest) => request.socket.end(`${request.head}\r\n\r\n`);
    const echoing = [
      echo,
      to(`http://user:${token}@elsewhere.example/?${token}`),
      json({ error: token, max_limit: 5 }, { status: 400 }),
      json(`{"${token}":`),
      answer({ status: 401, headers: { 'x-echo': token }, body: token }),
    ];
    for (const misbehave of echoing) {
      const { source } = await open([misbehave], { ...once, token });
      const error: unknown = await source.readRows('mac', 0, 5).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(token);
    }
  });

  it.each([
    ['ftp://lex.example/', undefined],
    ['lex.example', undefined],
    ['http://user:canary@lex.example/', undefined],
    ['http://lex.example/?key=canary', undefined],
    ['https://lex.example/', 'canary\r\nx-injected: 1'],
    ['https://lex.example/', 'canary-é'],
    ['http://lex.example/', 'canary'],
    ['http://127.lex.example/', 'canary'],
  ])('refuses the URL %s with the token %j without repeating either', (baseUrl, token) => {
    const thrown = (() => {
      try {
        openHttpLexSource({ baseUrl, token });
        return null;
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject(permanent('INPUT_INVALID'));
    expect(inspect(thrown)).not.toContain('canary"');
    expect(String(thrown)).not.toContain('canary');
  });
});

describe('HTTP Lex source: a document by its id', () => {
  it('tells there, not there, and no such question', async () => {
    const { lex, source } = await open([
      json('{"lexId":"a"}\n'),
      json({ error: 'document_not_found' }, { status: 404 }),
      answer({ status: 405 }),
    ]);
    expect((await source.getDocument('mac', 'a'))?.toString()).toBe('{"lexId":"a"}');
    expect(await source.getDocument('mac', 'b')).toBeNull();
    expect(await source.getDocument('mac', 'c')).toBeUndefined();
    expect(await source.getDocument('mac', 'd')).toBeUndefined();
    expect(lex.requests).toHaveLength(3);
  });

  it.each([
    ['404 for another reason', json({ error: 'not_found' }, { status: 404 })],
    ['404 without JSON', answer({ status: 404, body: 'nginx' })],
    ['501', answer({ status: 501 })],
    ['a start page', answer({ headers: { 'content-type': 'text/html' }, body: '<html>' })],
  ])('takes %s for a Lex without get-by-id', async (_, misbehave) => {
    const { source } = await open([misbehave], once);
    expect(await source.getDocument('mac', 'a')).toBeUndefined();
  });

  it('tries again what may pass, and then says so', async () => {
    const { source } = await open([answer({ status: 503 }), reset, json('{"lexId":"a"}')]);
    expect((await source.getDocument('mac', 'a'))?.toString()).toBe('{"lexId":"a"}');
    const away = await open([answer({ status: 500 })]);
    await expect(away.source.getDocument('mac', 'a')).rejects.toMatchObject(transient('LEX_UNREACHABLE'));
  });

  it('keeps asking when one id alone was refused', async () => {
    const { source } = await open([answer({ status: 400 }), json({ error: 'document_not_found' }, { status: 404 })]);
    expect(await source.getDocument('mac', 'a')).toBeUndefined();
    expect(await source.getDocument('mac', 'b')).toBeNull();
  });
});

describe('HTTP Lex source: connections', () => {
  it('uses its connections again', async () => {
    const { lex, source } = await open([json({ total_docs: 2 })]);
    for (let question = 0; question < 20; question += 1) await source.countDocuments('mac');
    // Two: undici lets a connection rest for one turn of the event loop.
    expect(new Set(lex.requests.map(({ socket }) => socket)).size).toBeLessThanOrEqual(2);
  });

  it('gives the connection back when reading ends early', async () => {
    const { lex, source } = await open([stall('{"lexId":"a"}\n')], { readAheadBytes: 1 });
    for await (const _ of (await source.readRows('mac', 0, 10)).rows) break;
    const { socket } = lex.requests[0]!;
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    expect(socket.closed).toBe(true);
  });

  it('closes at once although an answer was never read', async () => {
    const { source } = await open([stall('{"lexId":"a"}\n')], { readAheadBytes: 1 });
    const { rows } = await source.readRows('mac', 0, 10);
    const since = performance.now();
    await source.close();
    await source.close();
    expect(performance.now() - since).toBeLessThan(2_000);
    await expect(Array.fromAsync(rows)).rejects.toThrow();
    await expect(source.countDocuments('mac')).rejects.toThrow('closed');
  });

  it('lets an answer that is being read come to its end when it closes', async () => {
    const body = `{"lexId":"${'x'.repeat(1000)}"}\n`.repeat(3_000);
    const { source } = await open([answer({ body })], { readAheadBytes: 10_000 });
    const iterator = (await source.readRows('mac', 0, 3_000)).rows[Symbol.asyncIterator]();
    let count = (await iterator.next()).value!.length;
    const closed = source.close();
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) count += next.value.length;
    await closed;
    expect(count).toBe(3_000);
  });
});

function chunked(...pieces: readonly string[]) {
  return ({ socket }: RawRequest) => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n';
    socket.end(head + pieces.join(''));
  };
}

function gzipped(body: Buffer) {
  return answer({ headers: { 'content-encoding': 'gzip' }, body });
}
