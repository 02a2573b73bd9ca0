/** What is open when something fails is closed: a run is tried again in the same process. */
import { describe, expect, it } from 'vitest';
import { rangeFindingsKey } from '../../src/publish/attempt-files.ts';
import { copyShard } from '../../src/publish/copy-shard.ts';
import { openPublishedDay } from '../../src/publish/read-published.ts';
import { writeFindings } from '../../src/publish/write-findings.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { publishDay, transformedRow, validLine } from './day-fixture.ts';

const FIRST = { business_date: '2021-10-20', attempt: 1 };
const SECOND = { business_date: '2021-10-21', attempt: 1 };

describe('a step that fails', () => {
  it('leaves no file begun where a shard of the base is damaged', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const lines = [validLine('a', [transformedRow({ 'A3.2': 'B', 'A3.3': 'a', 'A3.6': 'X' })])];
    const { manifest } = await publishDay(a3, FIRST, null, [{ namespace: 'mac', lines }]);
    const { folder, manifest: base } = await openPublishedDay(a3, manifest);
    const [shard] = base.shards;
    let begun = 0;
    const store = {
      putOnce: a3.putOnce.bind(a3),
      putOnceStream: async (key: string, body: AsyncIterable<Uint8Array>) => {
        begun += 1;
        try {
          return await a3.putOnceStream(key, body);
        } finally {
          begun -= 1;
        }
      },
      open: (key: string) => a3.open(key.endsWith('.parquet') ? `${folder}/ledger.json` : key),
    };
    const plan = {
      format: 1,
      number: 0,
      after: null,
      through: null,
      base_folder: folder,
      base: [shard!],
      slices: [],
    } as const;

    await expect(copyShard(SECOND, plan, 1, store)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });

    expect(begun).toBe(0);
  });

  it('closes the findings of every range where they cannot be written', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const finding = { rule: 'TABLE-A3.3-duplicate', field: 'A3.3', message: 'm', value: 'v', rows: [], count: 1 };
    for (const range of [0, 1, 2]) {
      const all = Array.from({ length: 9 }, (_, i) => `${JSON.stringify({ ...finding, value: `${i}${range}` })}\n`);
      await a3.putOnce(rangeFindingsKey(FIRST, range), Buffer.from(all.join('')));
    }
    let open = 0;
    const store = {
      open: async (key: string) => {
        const blocks = await a3.open(key);
        return (async function* () {
          open += 1;
          try {
            yield* blocks ?? [];
          } finally {
            open -= 1;
          }
        })();
      },
      putOnceStream: async (_: string, body: AsyncIterable<Uint8Array>): Promise<never> => {
        for await (const _piece of body) throw new Error('no room');
        throw new Error('nothing to write');
      },
    };

    await expect(writeFindings(FIRST, 3, [], store)).rejects.toThrow('no room');

    expect(open).toBe(0);
  });
});
