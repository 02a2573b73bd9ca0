import { beforeEach, describe, expect, it } from 'vitest';
import type { AliasItem, EntityItem, LawItem } from '../../src/agreements/look-up-items.ts';
import { entityKey } from '../../src/agreements/look-up-key.ts';
import { docman } from '../../src/agreements/namespaces/docman.ts';
import { mac } from '../../src/agreements/namespaces/mac.ts';
import type { RuleSet } from '../../src/agreements/table-a3/rules.ts';
import { DEFAULT_RULES } from '../../src/agreements/table-a3/rules-in-force.ts';
import { sliceOutputKey } from '../../src/publish/attempt-files.ts';
import type { SliceHeader, SliceLine } from '../../src/publish/slice-output.ts';
import type { PageHeader, PageLine, PutLine } from '../../src/steps/pages/page-object.ts';
import { chunkKey, type PlannedSlice } from '../../src/steps/slices/delta-plan.ts';
import { transformDocumentData } from '../../src/steps/transform-document-data.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEnrichmentQueue, MemoryEntityTable, MemoryGoverningLawTable } from '../fakes/memory-look-ups.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';
import { docmanDocument, KNOWN, macDocument } from '../fixtures/documents.ts';

const ATTEMPT = { business_date: '2021-10-20', attempt: 1 };
const PLAN = 'execution_input/agreements-2021-10-20';
const OUTPUT = sliceOutputKey(ATTEMPT, 0, 0);

let delta: MemoryObjectStore;
let plans: MemoryObjectStore;
let a3: MemoryJobDailyA3Data;
let entities: MemoryEntityTable;
let laws: MemoryGoverningLawTable;
let queue: MemoryEnrichmentQueue;
let rules: RuleSet;

beforeEach(async () => {
  delta = new MemoryObjectStore();
  plans = new MemoryObjectStore();
  a3 = new MemoryJobDailyA3Data();
  entities = new MemoryEntityTable();
  laws = new MemoryGoverningLawTable();
  queue = new MemoryEnrichmentQueue();
  rules = DEFAULT_RULES;
  await entities.putAll(KNOWN.filter((item): item is EntityItem | AliasItem => 'kind' in item));
  await laws.putAll(KNOWN.filter((item): item is LawItem => 'law_key' in item));
});

function header(namespace: string, kind: PageHeader['kind'] = 'page'): Partial<PageHeader> {
  return { format: 1, kind, namespace };
}

/** A put line with the document's text just as it is given. */
function put(lex_id: string, document: string, more: Partial<PutLine> = {}): string {
  const hashes = { raw_hash: 'raw', content_hash: `content-${lex_id}`, hash_scheme: 1 };
  const head = JSON.stringify({ op: 'put', lex_id, status: 'new', ...hashes, reject: null, ...more });
  return `${head.slice(0, -1)},"document":${document}}`;
}

function other(line: PageLine): string {
  return JSON.stringify(line);
}

async function page(name: string, lines: readonly string[], first: unknown = header('mac')): Promise<string> {
  const key = `2021-10-20/1/1/mac/${name}.ndjson`;
  await delta.put(key, Buffer.from([JSON.stringify(first), ...lines].map((line) => `${line}\n`).join('')));
  return key;
}

async function planSlice(namespace = 'mac'): Promise<void> {
  const objects = await Array.fromAsync(delta.list(''));
  const slice: PlannedSlice = { slice: 0, namespace, objects };
  await plans.put(chunkKey(PLAN, 0, 0), Buffer.from(`${JSON.stringify(slice)}\n`));
}

function transform(slice = 0) {
  const input = { ...ATTEMPT, plan: PLAN, batch: 0, slice, job_id: 'agreements-2021-10-20' };
  const modules = new Map([mac, docman].map((module) => [module.namespace, module]));
  return transformDocumentData(input, { delta, plans, a3, entities, laws, queue, modules, rules });
}

async function output(): Promise<{ head: SliceHeader; lines: readonly SliceLine[] }> {
  const texts = (await a3.get(OUTPUT))?.toString('utf8').split('\n').slice(0, -1) ?? [];
  const [head, ...lines] = texts.map((text) => JSON.parse(text) as unknown);
  return { head: head as SliceHeader, lines: lines as SliceLine[] };
}

describe('TransformDocumentData', () => {
  it('writes a valid document with its rows, uses and fingerprint', async () => {
    await page('000000000', [put('mac-0000000042', JSON.stringify(macDocument()))]);
    await planSlice();

    expect(await transform()).toMatchObject({ slice: 0, planned: 1, valid: 1, rejected: 0, rows: 2 });

    const { head, lines } = await output();
    expect(head).toMatchObject({ format: 1, namespace: 'mac', first_id: 'mac-0000000042', growth: 2, rules: {} });
    const mapping_version = expect.stringMatching(/^mac-\d+-[0-9a-f]{8}$/);
    const fingerprint = { raw_hash: 'raw', content_hash: 'content-mac-0000000042', hash_scheme: 1, mapping_version };
    expect(lines).toMatchObject([{ op: 'valid', status: 'new', fingerprint }]);
    expect(lines[0]).toMatchObject({ rows: [{ values: { 'A3.3': 'MAC-42' } }, { values: { 'A3.3': 'MAC-42-G' } }] });
    expect(await queue.depth()).toBe(0);
  });

  it('keeps the raw text of a rejected document exactly as it was received', async () => {
    const raw = ' { "lexId" : "m-1", "agreement":{"a":1.0}, "big":12345678901234567890,"document":{"x":"}"} }';
    await page('000000000', [put('m-1', raw)]);
    await planSlice();

    expect(await transform()).toMatchObject({ planned: 1, valid: 0, rejected: 1, rows: 0 });

    const { head, lines } = await output();
    expect(lines).toMatchObject([{ op: 'rejected', lex_id: 'm-1', raw }]);
    expect(Object.values(head.rules)).toContain(1);
  });

  it('rejects what the listing refused, by its rule, without mapping it', async () => {
    const reject = { rule: 'LEX-duplicate-id', message: 'The id stands twice.' };
    await page('000000000', [put('m-1', JSON.stringify(macDocument()), { reject })]);
    await planSlice();

    await transform();

    const { lines } = await output();
    expect(lines).toMatchObject([{ op: 'rejected', findings: [{ rule: 'LEX-duplicate-id', field: null }], uses: [] }]);
  });

  it('copies touched, removed and unreadable lines, leaves candidates out, and sorts all by place', async () => {
    const unreadable = { rule: 'LEX-unparsable', message: 'no', raw: '//8=', raw_encoding: 'base64' } as const;
    await page('000000001', [
      other({ op: 'touch', lex_id: 'm-5', of: 'good', raw_hash: 'r' }),
      other({ op: 'candidate', lex_id: 'm-6' }),
      other({ op: 'unreadable', lex_id: null, after_id: 'm-5', ...unreadable }),
      put('m-7', '{}'),
    ]);
    await page('000000001-001', [put('m-2', '{}')], header('mac', 'part'));
    await page('000000002', [other({ op: 'unreadable', lex_id: null, after_id: null, ...unreadable })]);
    await page('removals', [other({ op: 'remove', lex_id: 'm-3' })], header('mac', 'removals'));
    await planSlice();

    const counts = await transform();

    expect(counts).toMatchObject({ planned: 2, rejected: 2, touched: 1, removed: 1, unreadable: 2 });
    const { head, lines } = await output();
    expect(lines.map(({ op, lex_id }) => `${op} ${lex_id}`)).toEqual([
      'unreadable null',
      'rejected m-2',
      'removed m-3',
      'touched m-5',
      'unreadable null',
      'rejected m-7',
    ]);
    expect(head).toMatchObject({ first_id: '', last_id: 'm-7' });
    expect(lines[3]).toEqual({ op: 'touched', lex_id: 'm-5', of: 'good', raw_hash: 'r' });
  });

  it('copies a standing reject that was only re-saved, without counting it as touched', async () => {
    await page('000000000', [other({ op: 'touch', lex_id: 'm-5', of: 'rejected', raw_hash: 'r' })]);
    await planSlice();

    expect(await transform()).toMatchObject({ planned: 0, touched: 0 });

    expect((await output()).lines).toEqual([{ op: 'touched', lex_id: 'm-5', of: 'rejected', raw_hash: 'r' }]);
  });

  it('writes a header alone for pages without a line, and for void ones', async () => {
    await page('000000000', []);
    await page('000000001', [put('m-1', '{}')], header('mac', 'void'));
    await planSlice();

    expect(await transform()).toMatchObject({ planned: 0, valid: 0, rejected: 0 });

    expect(await output()).toMatchObject({ head: { first_id: null, last_id: null }, lines: [] });
  });

  it('asks for an unknown entity before it leaves the placeholder, and again while that is pending', async () => {
    const document = { ...docmanDocument(), party_2: 'Nobody Ltd.' };
    await page(
      '000000000',
      [put('d-1', JSON.stringify(document)), put('d-2', JSON.stringify(document))],
      header('docman'),
    );
    await planSlice('docman');
    const order: string[] = [];
    const send = queue.send.bind(queue);
    queue.send = async (messages) => {
      order.push('message');
      await send(messages);
    };
    const putIfAbsent = entities.putIfAbsent.bind(entities);
    entities.putIfAbsent = async (item) => {
      order.push('placeholder');
      return putIfAbsent(item);
    };

    await transform();
    const first = await a3.get(OUTPUT);
    a3 = new MemoryJobDailyA3Data();
    await transform();

    expect(order).toEqual(['message', 'placeholder', 'message', 'placeholder']);
    expect(await queue.depth()).toBe(2);
    const [message] = await queue.receive(1, 60);
    const entity_key = entityKey('Nobody Ltd.');
    expect(message?.message).toEqual({ entity_key, text: 'Nobody Ltd.', namespace: 'docman', lex_id: 'd-1' });
    expect(await entities.get(entity_key)).toMatchObject({ status: 'pending', entity_id: 'Nobody Ltd.', roles: [] });
    // The placeholder counts as absent, so both outputs are the same.
    expect(await a3.get(OUTPUT)).toEqual(first);
    const uses = expect.arrayContaining([{ table: 'Entity', key: entity_key, version: 'absent' }]);
    expect((await output()).lines[0]).toMatchObject({ op: 'rejected', uses });
  });

  it('sends no message when the queue fails, and leaves neither placeholder nor output', async () => {
    const document = { ...docmanDocument(), party_2: 'Nobody Ltd.' };
    await page('000000000', [put('d-1', JSON.stringify(document))], header('docman'));
    await planSlice('docman');
    queue.send = () => Promise.reject(new Error('no queue'));

    await expect(transform()).rejects.toThrow('no queue');

    expect(await entities.get(entityKey('Nobody Ltd.'))).toBeNull();
    expect(await a3.get(OUTPUT)).toBeNull();
  });

  it('rejects a document alone when our own code fails on it, without its contents in the message', async () => {
    await page('000000000', [put('m-1', JSON.stringify(macDocument())), put('m-2', '{}')]);
    await planSlice();
    // The digest of the rules is made outside of the documents.
    rules = Object.defineProperty({ ...DEFAULT_RULES }, 'LEX-missing-key', {
      enumerable: true,
      get: (() => {
        let calls = 0;
        return () => {
          calls += 1;
          if (calls > 1) throw new TypeError('secret of UBS AG');
          return 'error';
        };
      })(),
    });

    expect(await transform()).toMatchObject({ planned: 2, valid: 1, rejected: 1 });

    const { lines } = await output();
    expect(lines[1]).toMatchObject({ op: 'rejected', lex_id: 'm-2', findings: [{ rule: 'LEX-internal' }] });
    expect(JSON.stringify(lines[1])).not.toContain('secret');
  });

  it('fails the slice, not the documents, when a look-up cannot be made', async () => {
    await page('000000000', [put('m-1', JSON.stringify(macDocument()))]);
    await planSlice();
    entities.get = () => Promise.reject(new Error('throttled'));

    await expect(transform()).rejects.toThrow('throttled');
    expect(await a3.get(OUTPUT)).toBeNull();
  });

  it('lets the first output stand, and returns its counts', async () => {
    await page('000000000', [put('m-1', JSON.stringify(macDocument()))]);
    await planSlice();
    const first = await transform();
    const bytes = await a3.get(OUTPUT);
    entities = new MemoryEntityTable(); // With these the document would be rejected.

    expect(await transform()).toEqual(first);

    const firstLine = a3.firstLine.bind(a3);
    let calls = 0;
    a3.firstLine = async (key) => {
      calls += 1;
      return calls === 1 ? null : firstLine(key); // Another worker is faster in between.
    };
    expect(await transform()).toEqual(first);
    expect(await a3.get(OUTPUT)).toEqual(bytes);
  });

  it('reads only the objects that were planned', async () => {
    const key = await page('000000000', [put('m-1', '{}')]);
    await planSlice();
    await page('000000000', [put('m-2', '{}')]);
    await expect(transform()).rejects.toMatchObject({ code: 'DELTA_CHANGED' });

    await delta.deleteSome('2021-10-20');
    await expect(transform()).rejects.toMatchObject({ code: 'DELTA_CHANGED', details: { key } });
  });

  it.each([
    ['a line that cannot be parsed', [put('m-1', '{}'), '{"op":"put"'], header('mac'), 3],
    ['an unknown line', ['{"op":"other"}'], header('mac'), 2],
    ['a put line without a document', ['{"op":"put","lex_id":"a"}'], header('mac'), 2],
    ['no header', [put('m-1', '{}')], { op: 'put' }, 1],
    ['the header of another namespace', [], header('pwm'), 1],
  ])('refuses a page object with %s, naming key and line', async (_, lines, first, line) => {
    const key = await page('000000000', lines, first);
    await planSlice();
    await expect(transform()).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { key, line } });
  });

  it('refuses a page object that was cut', async () => {
    const key = await page('000000000', [put('m-1', '{}')]);
    await delta.put(key, (await delta.get(key))?.subarray(0, -1) ?? Buffer.alloc(0));
    await planSlice();
    await expect(transform()).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { key, line: 2 } });
  });

  it('refuses a slice that was never planned, and a namespace that nobody knows', async () => {
    await page('000000000', [], header('other'));
    await planSlice('other');
    await expect(transform(7)).rejects.toMatchObject({ code: 'PLAN_INVALID', details: { slice: 7 } });
    await expect(transform()).rejects.toMatchObject({ code: 'CONFIG_INVALID', details: { namespace: 'other' } });
  });
});
