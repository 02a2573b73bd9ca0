/** The examiner's Lex keeps lex.md section 1, so that what goes wrong in a history is not its own fault. */
import { afterEach, describe, expect, it } from 'vitest';
import { CALM, type Profile } from './server/profile.ts';
import { type LexServer, startLexServer } from './server/server.ts';
import { documentEntry, Shelf } from './server/shelf.ts';
import { spreadOverLines } from './world/json-text.ts';
import { createRandom } from './world/random.ts';

let server: LexServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

async function start(
  ids: readonly string[],
  profile: Partial<Profile> = {},
): Promise<{ documents: string; shelf: Shelf; lex: LexServer }> {
  const shelf = new Shelf();
  for (const id of ids) shelf.put(documentEntry(id, `{"id":"${id}"}`));
  shelf.beginRead();
  server = await startLexServer(new Map([['pwm', shelf]]), createRandom(1));
  server.behave({ ...CALM, ...profile });
  return { documents: `${server.url}/namespaces/pwm/documents`, shelf, lex: server };
}

const ndjson = { headers: { accept: 'application/x-ndjson' } };

describe('the Lex of the acceptance test', () => {
  it('lists by the bytes of the ids, a line each, and nothing past the end', async () => {
    const { documents } = await start(['p-ﾏ', 'p-😀', 'p-1']);

    const page = await fetch(`${documents}?offset=1&limit=5`, ndjson);
    const past = await fetch(`${documents}?offset=3&limit=5`, ndjson);

    expect(await page.text()).toBe('{"id":"p-ﾏ"}\n{"id":"p-😀"}\n');
    expect(page.headers.get('x-total-docs')).toBe('3');
    expect([past.status, await past.text()]).toEqual([200, '']);
  });

  it('counts, finds by id, and refuses what it should', async () => {
    const { documents, lex } = await start(['a b/ü']);
    const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

    expect(await (await fetch(`${documents}/count`)).json()).toEqual({ namespace: 'pwm', total_docs: 1 });
    expect(await (await fetch(`${documents}/${encodeURIComponent('a b/ü')}`)).json()).toEqual({ id: 'a b/ü' });
    expect(await statusOf(`${documents}/nobody`)).toBe(404);
    expect(await statusOf(`${documents}?offset=-1&limit=5`)).toBe(400);
    expect(await statusOf(`${documents}?offset=0&limit=5001`)).toBe(400);
    expect(await statusOf(`${lex.url}/namespaces/nope/documents/count`)).toBe(404);
    lex.behave({ ...CALM, hasGetById: false });
    expect(await statusOf(`${documents}/nobody`)).toBe(405);
  });

  it('answers JSON where it has no NDJSON, over many lines or packed', async () => {
    const { documents } = await start(['1', '2'], { format: 'json', spread: true, compresses: true });

    const answer = await fetch(`${documents}?offset=0&limit=1`, ndjson);

    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(await answer.json()).toEqual({ namespace: 'pwm', total_docs: 2, offset: 0, documents: [{ id: '1' }] });
  });

  it('keeps a snapshot while the namespace moves', async () => {
    const { documents, shelf } = await start(['1', '2'], { sendsSnapshot: true });
    const token = (await fetch(`${documents}?offset=0&limit=1`, ndjson)).headers.get('x-lex-snapshot');
    shelf.remove('1');

    const page = await fetch(`${documents}?offset=1&limit=1&snapshot=${token}`, ndjson);
    const now = await fetch(`${documents}?offset=0&limit=2`, ndjson);

    expect(await page.text()).toBe('{"id":"2"}\n');
    expect(await now.text()).toBe('{"id":"2"}\n');
  });

  it('spoils a request twice at most', async () => {
    const { documents, lex } = await start(['1', '2', '3'], { faults: 1 });
    const read = async (): Promise<string> => {
      try {
        return await (await fetch(`${documents}?offset=0&limit=3`, { ...ndjson, redirect: 'manual' })).text();
      } catch {
        return 'broken';
      }
    };

    const answers = [await read(), await read(), await read()];

    expect(answers[2]).toBe('{"id":"1"}\n{"id":"2"}\n{"id":"3"}\n');
    expect(answers.slice(0, 2)).not.toContain(answers[2]);
    expect([...lex.counts.values()].reduce((sum, count) => sum + count)).toBe(5);
  });

  it('notes every state in which a document could be met', async () => {
    const { shelf } = await start(['1', '2']);

    shelf.put(documentEntry('1', '{"id":"1","new":true}'));
    shelf.put(documentEntry('15', '{}'));
    shelf.remove('15');

    const { sights } = shelf.seen();
    expect(sights.get('1')).toHaveLength(2);
    expect(sights.get('2')).toEqual([{ is: 'document', text: '{"id":"2"}' }]);
    expect(sights.get('15')?.map((sight) => sight.is)).toEqual(['absent', 'document', 'absent']);
  });

  it('spreads a document over lines without changing it', () => {
    const text = '{"a{,:":["x\\"]}",1.50,{"b":null},[],{}]}';

    expect(JSON.parse(spreadOverLines(text))).toEqual(JSON.parse(text));
    expect(spreadOverLines(text)).toContain('\n');
  });
});
