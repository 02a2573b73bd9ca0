import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocumentHistory } from '../../../src/publish/history/document-history.ts';
import { readRejected, readTable } from '../../../src/publish/read-published.ts';
import { ALL, dayPlan, IDS, type Op, publish } from './plans.ts';

const AGAIN = IDS.map((): Op => 'again');
/** All but the one that is asked for. */
const OTHERS = IDS.map((_, i): Op => (i === 3 ? 'keep' : 'other'));

describe('the history of a document', () => {
  it('is what each day holds of it, whatever was changed, rejected, removed or left alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(dayPlan, { minLength: 1, maxLength: 6 }), fc.nat(IDS.length - 1), async (plans, i) => {
        const [a3, published] = await publish(plans);
        const days = published.toReversed();
        const lex_id = IDS[i]!;

        const found = await readDocumentHistory(a3, days, { namespace: 'mac', lex_id });

        for (const [number, day] of days.entries()) {
          const rows = (await Array.fromAsync(readTable(a3, day))).filter((row) => row.lex_id === lex_id);
          const rejects = (await Array.fromAsync(readRejected(a3, day))).filter((entry) => entry.lex_id === lex_id);
          const rejected = rejects[0] ?? null;
          const plan = days.length - 1 - number;
          const held = plan > 0 && plans[plan]![i] === 'held' ? 'too_many' : null;
          expect(found[number]).toEqual({
            day,
            state: { rows, rejected, unreadable: [] },
            touched: false,
            held,
            alike: 0,
          });
        }
      }),
      { numRuns: 12 },
    );
  });

  it('reads of each day one shard at the most, and the table only where the rows may be others', async () => {
    const [a3, published] = await publish([ALL, AGAIN, ALL.with(3, 'other'), OTHERS, OTHERS]);
    const opened: string[] = [];
    const open = (key: string) => {
      opened.push(key.replace('published/as_of=', '').replace('attempt=1/', ''));
      return a3.open(key);
    };

    await readDocumentHistory({ get: (key) => a3.get(key), open }, published.toReversed(), {
      namespace: 'mac',
      lex_id: IDS[3]!,
    });

    const tables = opened.filter((key) => key.includes('/table/'));
    expect(published.at(-1)!.manifest.shards.length).toBeGreaterThan(2);
    expect(tables.map((key) => key.slice(0, 10)).sort()).toEqual(['2021-10-10', '2021-10-11', '2021-10-14']);
  });

  it('refuses a table whose bytes are others, even behind the document', async () => {
    const [a3, published] = await publish([ALL]);
    const [day] = published;
    const table = `${day!.folder}/${day!.manifest.shards[0]!.table.path}`;
    const open = async (key: string) => {
      const body = (await a3.get(key))!;
      return (async function* () {
        yield key === table ? body.with(body.length - 1, body.at(-1)! ^ 1) : body;
      })() as AsyncIterable<Buffer>;
    };

    const reading = readDocumentHistory({ get: (key) => a3.get(key), open }, published, {
      namespace: 'mac',
      lex_id: IDS[0]!,
    });

    await expect(reading).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { key: table } });
  });
});
