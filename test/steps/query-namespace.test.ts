import { describe, expect, it } from 'vitest';
import { type ErrorCode, PermanentError, TransientError } from '../../src/errors.ts';
import type { PutLine } from '../../src/steps/pages/page-object.ts';
import { queryNamespace } from '../../src/steps/query-namespace.ts';
import type { LexRequest } from '../fakes/memory-lex-source.ts';
import { ATTEMPT, documentOf, MODULE, NAMESPACE, QuerySetting, WRITER } from './query-setting.ts';

const ids = (count: number) => Array.from({ length: count }, (_, i) => `d${String(i).padStart(3, '0')}`);
const transient = (code: ErrorCode) => new TransientError(code, 'Lex did something else.');
const permanent = (code: ErrorCode) => new PermanentError(code, 'Lex did something else.');
const isPage = (request: LexRequest, offset: number) => request.kind === 'rows' && request.offset === offset;

/** A setting that lists so many documents; `onRequest` may throw instead of an answer. */
function listing(count: number, onRequest?: (request: LexRequest) => void): QuerySetting {
  const setting = new QuerySetting(onRequest === undefined ? {} : { onRequest });
  for (const id of ids(count)) setting.list(id);
  return setting;
}

describe('QueryNamespace', () => {
  it('covers the whole id space with pages that begin with the last row of the page before', async () => {
    const setting = listing(7);

    await setting.query(2, 3);

    const headers = (await setting.objects()).map(({ header }) => header);
    expect(headers.map(({ page, after, through, reached_end }) => ({ page, after, through, reached_end }))).toEqual([
      { page: 0, after: null, through: 'd002', reached_end: false },
      { page: 1, after: 'd002', through: 'd005', reached_end: false },
      { page: 2, after: 'd005', through: null, reached_end: true },
      { page: 3, after: null, through: null, reached_end: false },
    ]);
    expect(headers.map(({ counts }) => counts.new)).toEqual([3, 3, 1, 0]);
  });

  it('tells unchanged, touched, changed, new, standing and gone documents apart', async () => {
    const setting = new QuerySetting();
    setting.list('unchanged').list('touched', 'a', 1).list('changed', 'b').list('new');
    setting.list('standing').list('standing-touched', 'a', 1).list('healed', 'b');
    for (const id of ['unchanged', 'touched', 'changed', 'gone']) await setting.know(id);
    for (const id of ['standing', 'standing-touched', 'healed']) await setting.know(id, 'a', { as: 'rejected' });

    await setting.query(1, 100);

    const page = await setting.object('000000000');
    expect(page?.header).toMatchObject({
      counts: { new: 1, changed: 2, reprocessed: 0, touched: 1, unchanged: 1, standing: 2, unreadable: 0 },
      known: 7,
      candidates: 1,
    });
    expect(page?.lines.map((line) => [line.op, line.lex_id])).toEqual([
      ['put', 'changed'],
      ['candidate', 'gone'],
      ['put', 'healed'],
      ['put', 'new'],
      ['touch', 'standing-touched'],
      ['touch', 'touched'],
    ]);
    expect(page?.lines[0]).toMatchObject({ status: 'changed', document: { lexId: 'changed', text: 'b', audit: 0 } });
    expect(page?.lines[4]).toMatchObject({ of: 'rejected' });
  });

  it('compares a document that was rejected since with what was rejected, not with what stands in the table', async () => {
    const setting = new QuerySetting();
    setting.list('reverted', 'good').list('still-bad', 'bad');
    for (const id of ['reverted', 'still-bad']) {
      await setting.know(id, 'good');
      await setting.know(id, 'bad', { as: 'rejected' });
    }

    await setting.query(1, 100);

    const page = await setting.object('000000000');
    expect(page?.lines).toMatchObject([{ op: 'put', lex_id: 'reverted', status: 'changed' }]);
    expect(page?.header.counts).toMatchObject({ changed: 1, standing: 1, unchanged: 0 });
  });

  it.each([
    ['the mapping', { mapping_version: 'mac-0-aa' }],
    ['the hash scheme', { hash_scheme: 0 }],
  ])('transforms a document again after %s has changed', async (_, fingerprint) => {
    const setting = new QuerySetting().list('a');
    await setting.know('a', 'a', { fingerprint });

    await setting.query(1, 100);

    expect((await setting.object('000000000'))?.lines).toMatchObject([{ op: 'put', status: 'changed' }]);
  });

  it('compares contents where the hashes were rebuilt, and stores the raw hash again', async () => {
    const setting = new QuerySetting().list('a').list('b', 'other');
    for (const id of ['a', 'b']) await setting.know(id, 'a', { fingerprint: { raw_hash: null } });

    await setting.query(1, 100);

    expect((await setting.object('000000000'))?.lines).toMatchObject([
      { op: 'touch', lex_id: 'a', of: 'good' },
      { op: 'put', lex_id: 'b', status: 'changed' },
    ]);
  });

  it('is not misled by a nested member with the name of the id', async () => {
    const setting = new QuerySetting();
    const row = Buffer.from('{"agreement":{"lexId":"b"},"lexId":"a"}');
    setting.lex.put('a', row);
    setting.list('b');
    await setting.know('b');
    const { raw_hash, content_hash } = (await import('./query-setting.ts')).fingerprintOf(row);
    await setting.know('a', 'a', { fingerprint: { raw_hash, content_hash } });

    await setting.query(1, 100);

    expect((await setting.object('000000000'))?.header.counts).toMatchObject({ unchanged: 2, new: 0, changed: 0 });
  });

  it('transforms what is on the reprocess list, or all of it, though nothing has changed', async () => {
    const setting = listing(6);
    for (const id of ids(6)) await setting.know(id);
    const key = `2021-10-20/1/reprocess/${NAMESPACE}.ndjson`;
    await setting.delta.put(key, Buffer.from('{"format":1,"all":false,"count":3}\n"d000"\n"d003"\n"nowhere"\n'));
    await setting.query(1, 2);
    const some = (await setting.objects()).flatMap(({ lines }) => lines);

    await setting.delta.put(key, Buffer.from('{"format":1,"all":true,"count":0}\n'));
    await setting.query(1, 2);
    const all = (await setting.objects()).flatMap(({ lines }) => lines);

    expect(some).toMatchObject([
      { lex_id: 'd000', status: 'reprocessed' },
      { lex_id: 'd003', status: 'reprocessed' },
    ]);
    expect(all.map(({ lex_id }) => lex_id)).toEqual(ids(6));
  });

  it('stops at a page when it is asked to, and goes on from there', async () => {
    const setting = listing(9);

    const outputs = await setting.work(0, 1, 2, { shouldStop: () => true });

    expect(outputs.map(({ cursor, pages }) => [cursor, pages])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
      [null, 1],
    ]);
    expect((await setting.calculate(2)).total_docs_queried).toBe(9);
  });

  it('tells its progress page by page', async () => {
    const setting = listing(5);
    const seen: string[] = [];

    await setting.query(1, 2, { onProgress: ({ documents, pages }) => seen.push(`${documents} in ${pages}`) });

    expect(seen).toEqual(['2 in 1', '4 in 2', '5 in 3']);
  });
});

describe('QueryNamespace, rows that are no documents', () => {
  it('keeps them with their raw text, at their place, and goes on with the others', async () => {
    const setting = new QuerySetting().list('a').list('d');
    const rows: [string, Buffer][] = [
      ['b', Buffer.from('{"lexId":"b"')],
      ['b1', Buffer.from([0x7b, 0xff, 0x7d])],
      ['c', Buffer.from('{"lexId":"c","text":"\\ud800"}')],
    ];
    for (const [id, row] of rows) setting.lex.put(id, row);

    await setting.query(1, 10);

    const page = await setting.object('000000000');
    expect(page?.header.counts).toMatchObject({ new: 2, unreadable: 3 });
    expect(
      page?.lines.map((line) =>
        line.op === 'unreadable' ? [line.rule, line.lex_id, line.looks_like, line.after_id, line.raw] : line.op,
      ),
    ).toEqual([
      'put',
      ['LEX-unparsable', null, 'b', 'a', '{"lexId":"b"'],
      ['LEX-invalid-utf8', null, undefined, 'a', Buffer.from([0x7b, 0xff, 0x7d]).toString('base64')],
      ['LEX-lone-surrogate', 'c', undefined, 'a', '{"lexId":"c","text":"\\ud800"}'],
      'put',
    ]);
  });

  it('reads on both sides of one that lies on a joint, once', async () => {
    for (const at of [0, 1, 2, 3, 4, 5]) {
      const setting = listing(6);
      setting.lex.put(`d00${at}`, Buffer.from('no document'));

      await setting.query(2, 3);
      const counts = await setting.calculate(3);

      expect(counts).toMatchObject({ new: 5, unreadable: 1, complete: false, cause: null, repaired_joints: 0 });
    }
  });

  it('calls no namespace complete where one of a JSON array may hold its neighbours', async () => {
    for (const at of [0, 1, 2, 3, 4, 5]) {
      const setting = new QuerySetting({ isArray: true });
      for (const id of ids(6)) setting.list(id);
      setting.lex.put(`d00${at}`, Buffer.from('no document'));

      await setting.query(2, 3);
      const counts = await setting.calculate(3);

      const cause = 'LEX_ANSWER_INVALID: A row of a JSON array is no JSON, and may hold others.';
      expect(counts).toMatchObject({ new: 5, unreadable: 1, gaps: 0, complete: false, cause });
    }
  });

  it('carries pretty-printed documents and byte order marks as one line of valid JSON', async () => {
    const setting = new QuerySetting();
    setting.lex.put('a', Buffer.from('\uFEFF{"lexId":"a"}'));
    setting.lex.put('b', Buffer.from('{\r\n  "lexId": "b",\n  "text": "two\\nlines"\n}'));

    await setting.query(1, 10);

    const lines = (await setting.object('000000000'))?.lines as PutLine[];
    expect(lines.map(({ document }) => document)).toEqual([{ lexId: 'a' }, { lexId: 'b', text: 'two\nlines' }]);
  });
});

describe('QueryNamespace, the same id twice', () => {
  const twice = (setting: QuerySetting, id: string, texts: readonly string[]) => {
    setting.lex.remove(id);
    const at = setting.lex.rows.findIndex((row) => row.id > id);
    const rows = texts.map((text) => ({ id, bytes: documentOf(id, text) }));
    setting.lex.rows.splice(at < 0 ? setting.lex.rows.length : at, 0, ...rows);
  };

  it('counts equal bytes once, wherever the pages meet', async () => {
    for (let pageSize = 1; pageSize <= 7; pageSize += 1) {
      const setting = listing(5);
      twice(setting, 'd002', ['a', 'a']);

      await setting.query(2, pageSize);

      expect(await setting.calculate(pageSize)).toMatchObject({ new: 5, total_docs_queried: 5, complete: true });
    }
  });

  it('rejects other bytes once, wherever the pages meet, and lets them stand the next day in any order', async () => {
    for (let pageSize = 1; pageSize <= 7; pageSize += 1) {
      const setting = listing(5);
      for (const id of ids(5)) await setting.know(id);
      twice(setting, 'd002', ['a', 'b']);

      await setting.query(2, pageSize);
      const counts = await setting.calculate(pageSize);

      expect(counts).toMatchObject({ unchanged: 4, changed: 1, total_docs_queried: 5, planned: 1, complete: true });
      const lines = (await setting.objects()).flatMap((object) => object.lines) as PutLine[];
      expect(lines).toMatchObject([{ op: 'put', lex_id: 'd002', reject: { rule: 'LEX-duplicate-id' } }]);

      const { raw_hash, content_hash, hash_scheme } = lines[0] as PutLine;
      const fingerprint = { raw_hash, content_hash, hash_scheme, mapping_version: MODULE.mappingVersion };
      await setting.hashes.apply(NAMESPACE, [{ op: 'rejected', lex_id: 'd002', fingerprint }], WRITER);
      twice(setting, 'd002', ['b', 'a']);
      await setting.query(2, pageSize);
      const next = await setting.calculate(pageSize);

      expect(next).toMatchObject({ unchanged: 4, standing: 1, changed: 0, planned: 0, total_docs_queried: 5 });
      expect((await setting.objects()).flatMap((object) => object.lines)).toEqual([]);
      expect(await setting.calculate(pageSize)).toEqual(next);
    }
  });

  it('settles a duplicate over a joint the same way after a kill between its two writes', async () => {
    const setting = listing(5);
    twice(setting, 'd002', ['a', 'b']);
    await setting.query(1, 3);
    let writes = 0;
    const put = async (key: string, body: Uint8Array) => {
      writes += 1;
      if (writes > 1) throw new Error('killed');
      await setting.delta.put(key, body);
    };
    const { delta } = setting;
    const killed = { put, get: delta.get.bind(delta), list: delta.list.bind(delta) };

    await expect(setting.calculate(3, {}, { delta: killed })).rejects.toThrow('killed');

    expect(await setting.calculate(3)).toMatchObject({ new: 5, total_docs_queried: 5 });
    const lines = (await setting.objects()).flatMap((object) => object.lines) as PutLine[];
    expect(lines.filter(({ lex_id }) => lex_id === 'd002')).toMatchObject([{ reject: { rule: 'LEX-duplicate-id' } }]);
  });

  it('takes a document that was changed between two answers of one page for no duplicate', async () => {
    const setting = new QuerySetting({
      maxRows: () => 2,
      onRequest: ({ number }, lex) => number > 0 && lex.put('d001', documentOf('d001', 'b')),
    });
    for (const id of ids(4)) setting.list(id);

    await setting.query(1, 10);

    const lines = (await setting.object('000000000'))?.lines as PutLine[];
    expect(lines.map(({ lex_id, reject }) => [lex_id, reject])).toEqual(ids(4).map((id) => [id, null]));
  });
});

describe('QueryNamespace, a Lex that misbehaves', () => {
  it('leaves out a page whose ids do not ascend, after it was read once more, and goes on', async () => {
    const setting = listing(9);
    const [third, fourth] = setting.lex.rows.slice(3, 5);
    setting.lex.rows.splice(3, 2, fourth as never, third as never);

    const outputs = await setting.work(0, 1, 3);

    expect(outputs).toMatchObject([{ pages: 3, failed_pages: 1, error: expect.stringContaining('LEX_OUT_OF_ORDER') }]);
    expect(setting.lex.requests.filter((request) => isPage(request, 2)).length).toBe(2);
    const counts = await setting.calculate(3);
    expect(counts).toMatchObject({ complete: false, gaps: 1, failed_pages: 1, total_docs_queried: 6 });
    expect(counts.cause).toContain('LEX_OUT_OF_ORDER');
  });

  it('claims no proof of a Lex that lists everything the wrong way round, and says why', async () => {
    const setting = listing(20);
    setting.lex.rows.reverse();

    await setting.work(0, 1, 4);
    const counts = await setting.calculate(4);

    expect(counts).toMatchObject({ complete: false, total_docs_queried: 0, removed: 0 });
    expect(counts.cause).toContain('LEX_OUT_OF_ORDER');
  });

  it('throws away an answer that was cut, and reads the page again', async () => {
    const cuts = new Set([0, 3]);
    const setting = new QuerySetting({ cutAfter: ({ number }) => (cuts.has(number) ? 1 : null) });
    for (const id of ids(8)) setting.list(id);

    await setting.query(1, 3);

    expect(setting.sleeps.length).toBeGreaterThan(0);
    expect(await setting.calculate(3)).toMatchObject({ new: 8, complete: true, failed_pages: 0 });
  });

  it('waits and tries again, then records the page as failed and goes on; the hole is read when the pages are joined', async () => {
    let failures = 6;
    const setting = listing(9, (request) => {
      if (isPage(request, 2) && failures-- > 0) throw transient('LEX_BUSY');
    });

    const outputs = await setting.work(0, 1, 3);

    expect(setting.sleeps).toEqual([200, 500, 1000, 2000, 4000]);
    expect(outputs).toMatchObject([{ pages: 3, failed_pages: 1, error: 'LEX_BUSY: Lex did something else.' }]);
    expect((await setting.object('000000001'))?.header).toMatchObject({ status: 'failed', counts: { new: 0 } });
    expect(await setting.calculate(3)).toMatchObject({ new: 9, complete: true, failed_pages: 1, repaired_joints: 1 });
  });

  it.each(['LEX_UNAUTHORIZED', 'LEX_NAMESPACE_UNKNOWN', 'LEX_BAD_REQUEST'] as const)('ends at %s', async (code) => {
    const setting = listing(9, (request) => {
      if (isPage(request, 2)) throw permanent(code);
    });

    await expect(setting.work(0, 1, 3)).rejects.toMatchObject({ code });
  });

  it('ends when Lex does not even give its count any more', async () => {
    const setting = listing(9, ({ number }) => {
      if (number > 3) throw transient('LEX_UNREACHABLE');
    });

    await expect(setting.work(0, 1, 3)).rejects.toMatchObject({ code: 'LEX_UNREACHABLE' });
  });

  it('ends after many failed pages in a row', async () => {
    const setting = listing(100, ({ kind }) => {
      if (kind === 'rows') throw transient('LEX_TIMEOUT');
    });

    await expect(setting.work(0, 1, 1)).rejects.toMatchObject({ name: 'TransientError' });
    expect((await setting.objects()).length).toBe(20);
  });

  it('takes short answers as they are, and asks on', async () => {
    const setting = new QuerySetting({ maxRows: () => 2 });
    for (const id of ids(9)) setting.list(id);

    await setting.query(2, 4);

    expect(await setting.calculate(4)).toMatchObject({ new: 9, complete: true, repaired_joints: 0 });
  });

  it('fails a page, and loses nothing that is known, where Lex gives one row at a time', async () => {
    const setting = listing(4);
    await setting.know('d003');
    const lex = {
      ...setting.deps.lex,
      countDocuments: async () => 4,
      readRows: (namespace: string, offset: number) => setting.lex.readRows(namespace, offset, 1),
      getDocument: async () => undefined,
    };

    const input = {
      ...ATTEMPT,
      namespace: NAMESPACE,
      iteration: 1,
      batch: 0,
      batches: 1,
      query_batch_size: 3,
      cursor: null,
    };
    const output = await queryNamespace(input, { ...setting.deps, lex });

    expect(output.error).toContain('LEX_PAGE_SHORT');
    expect(await setting.calculate(3, {}, { lex })).toMatchObject({ complete: false, removed: 0 });
  });
});

describe('QueryNamespace, large pages', () => {
  const large = (id: string) => `{"lexId":"${id}","text":"${'x'.repeat(700_000)}"}`;

  it('splits a page above 16 MiB, and writes the object with the header last', async () => {
    const setting = new QuerySetting();
    for (const id of ids(30)) setting.lex.put(id, large(id));
    const written: string[] = [];
    const put = async (key: string, body: Uint8Array) => {
      written.push(key.slice(setting.folder.length + 1));
      await setting.delta.put(key, body);
    };

    await setting.query(1, 100, { delta: { put, get: setting.delta.get.bind(setting.delta) } });

    expect(written).toEqual(['000000000-001.ndjson', '000000000.ndjson']);
    const [part, page] = await setting.objects();
    expect(part?.header).toMatchObject({ kind: 'part', page: 0, parts: 1 });
    expect(page?.header).toMatchObject({ kind: 'page', parts: 1, counts: { new: 30 } });
    expect([...(part?.lines ?? []), ...(page?.lines ?? [])].map(({ lex_id }) => lex_id)).toEqual(ids(30));
  });

  it('voids parts that a smaller read has left behind', async () => {
    const setting = listing(20);
    await setting.query(1, 100, { maxPartBytes: 200 });
    await setting.query(1, 100);

    expect(await setting.calculate(100)).toMatchObject({ new: 20, total_docs_queried: 20 });

    const kinds = (await setting.objects()).map(({ header, lines }) => [header.kind, lines.length]);
    expect(kinds.slice(0, -1).every(([kind, lines]) => kind === 'void' && lines === 0)).toBe(true);
    expect(kinds.at(-1)).toEqual(['page', 20]);
  });

  it('reads a page again whose parts are of another read than its header', async () => {
    const setting = listing(20);
    await setting.query(1, 10, { maxPartBytes: 200 });
    const first = `${setting.folder}/000000001-001.ndjson`;
    const part = (await setting.delta.get(first)) as Buffer;
    await setting.delta.put(first, Buffer.from(part.toString().replace(/"read_at":"[^"]*"/, '"read_at":"later"')));

    const counts = await setting.calculate(10);

    expect(counts).toMatchObject({ new: 20, total_docs_queried: 20, failed_pages: 1, complete: true });
    expect(await setting.calculate(10)).toEqual(counts);
  });
});
