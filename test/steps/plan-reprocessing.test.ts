import { describe, expect, it } from 'vitest';
import { planReprocessing } from '../../src/steps/plan-reprocessing.ts';
import { replayKey } from '../../src/steps/reprocess/replay-requests.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';

const BASE = 'published/as_of=2021-10-19/attempt=1/manifest.json';

async function setUp(requests: readonly object[], replays_through = 0) {
  const a3 = new MemoryJobDailyA3Data();
  const delta = new MemoryObjectStore();
  await a3.putOnce(BASE, Buffer.from(JSON.stringify({ format: 1, replays_through })));
  for (const [i, request] of requests.entries()) {
    const body = { format: 1, by: 'ann', at: '2021-10-19T10:00:00Z', documents: [], namespaces: [], ...request };
    await a3.putOnce(replayKey(i + 1), Buffer.from(JSON.stringify(body)));
  }
  const plan = (namespaces: readonly string[], base: string | null = BASE) =>
    planReprocessing({ business_date: '2021-10-20', attempt: 1, namespaces, base, cursor: null }, { a3, delta });
  const list = async (namespace: string) =>
    (await delta.get(`2021-10-20/1/reprocess/${namespace}.ndjson`))?.toString() ?? null;
  return { a3, plan, list };
}
const of = (namespace: string, ...lexIds: readonly string[]) => lexIds.map((lex_id) => ({ namespace, lex_id }));

describe('PlanReprocessing', () => {
  it('finds nothing where nobody asked, and leaves no list', async () => {
    const { plan, list } = await setUp([]);

    expect(await plan(['mac'], null)).toEqual({ replays_through: 0, reprocess: { mac: 0 }, cursor: null });
    expect(await list('mac')).toBeNull();
  });

  it('writes the ids of all requests since the base once each, sorted by their bytes', async () => {
    const { plan, list } = await setUp(
      [
        { documents: of('mac', 'served') },
        { documents: of('mac', 'b', '\u{1F600}', '\uFFFD') },
        { documents: of('mac', 'a', 'b') },
      ],
      1,
    );

    expect(await plan(['mac', 'cct'])).toEqual({ replays_through: 3, reprocess: { mac: 4, cct: 0 }, cursor: null });
    expect(await list('mac')).toBe('{"format":1,"all":false,"count":4}\n"a"\n"b"\n"\uFFFD"\n"\u{1F600}"\n');
  });

  it('takes a whole namespace, whatever single ids were asked for beside', async () => {
    const { plan, list } = await setUp([{ documents: of('mac', 'a') }, { namespaces: ['mac'] }]);

    expect(await plan(['mac'])).toMatchObject({ reprocess: { mac: -1 } });
    expect(await list('mac')).toBe('{"format":1,"all":true,"count":0}\n');
  });

  it('serves what it can, and keeps a request open that names a namespace which the run has not', async () => {
    const { plan, list } = await setUp([
      { documents: of('mac', 'a') },
      { documents: [...of('pwm', 'p'), ...of('mac', 'b')] },
      { documents: of('mac', 'c') },
    ]);

    expect(await plan(['mac'])).toMatchObject({ replays_through: 1, reprocess: { mac: 3 } });
    expect(await list('pwm')).toBeNull();
    expect(await plan(['mac', 'pwm'])).toMatchObject({ replays_through: 3, reprocess: { mac: 3, pwm: 1 } });
  });

  it('refuses a request that cannot be read, by its key, and a base that is not there', async () => {
    const { a3, plan } = await setUp([]);
    await a3.putOnce(replayKey(1), Buffer.from('{"format":1,"documents":[{"namespace":1}],"namespaces":[]}'));

    await expect(plan(['mac'])).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { key: replayKey(1) } });
    await expect(plan(['mac'], 'published/none.json')).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});
