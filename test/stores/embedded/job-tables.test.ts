import { describe, expect, it } from 'vitest';
import type { ItemTables } from '../../../src/engine/dynamodb/item-tables.ts';
import { LmdbEnrichmentQueue } from '../../../src/stores/embedded/lmdb-enrichment-queue.ts';
import { type Item, LmdbItemTables } from '../../../src/stores/embedded/lmdb-item-tables.ts';
import { LmdbJobStats } from '../../../src/stores/embedded/lmdb-job-stats.ts';
import { temporaryFolders } from './temporary-folder.ts';

const { newEnvironment } = temporaryFolders();
const newTables = async () => new LmdbItemTables(await newEnvironment());

describe('LmdbItemTables', () => {
  it('is what the engine asks for', async () => {
    const tables: ItemTables = await newTables();
    expect(tables.keyAttributes('JobStats')).toEqual(['business_date', 'execution_name']);
    expect(tables.keyAttributes('toString')).toBeNull();
  });

  it('keeps, changes and removes an item of any shape', async () => {
    const tables = await newTables();
    const key = runKey('2021-10-20', 'run');
    const item: Item = { ...key, n: { N: '1' }, m: { M: { l: { L: [{ NULL: true }, { BOOL: false }] } } } };
    await tables.update('JobStats', key, (old) => (old === null ? item : null));
    expect(await tables.get('JobStats', key)).toEqual(item);
    expect(await tables.get('JobStats', runKey('2021-10-20', 'run-2'))).toBeNull();
    await tables.update('JobStats', key, (old) => ({ ...old!, n: { N: '2' } }));
    expect(await tables.get('JobStats', key)).toMatchObject({ n: { N: '2' } });
    await tables.update('JobStats', key, () => null);
    expect(await tables.get('JobStats', key)).toBeNull();
  });

  it('writes nothing when the change throws, and gives its error back', async () => {
    const tables = await newTables();
    const key = runKey('2021-10-20', 'run');
    const refused = new Error('the condition does not hold');
    const change = tables.update('JobStats', key, () => {
      throw refused;
    });
    await expect(change).rejects.toBe(refused);
    expect(await tables.get('JobStats', key)).toBeNull();
  });

  it('lets many racing updates follow one another', async () => {
    const tables = await newTables();
    const key = runKey('LOCK', 'LOCK');
    const addOne = (old: Item | null): Item => {
      const n = old?.['n'];
      return { ...key, n: { N: String((n !== undefined && 'N' in n ? Number(n.N) : 0) + 1) } };
    };
    await Promise.all(Array.from({ length: 50 }, () => tables.update('JobStats', key, addOne)));
    expect(await tables.get('JobStats', key)).toMatchObject({ n: { N: '50' } });
  });

  it('refuses unknown tables and incomplete keys', async () => {
    const tables = await newTables();
    const invalid = { code: 'STORE_KEY_INVALID' };
    await expect(tables.get('Nothing', runKey('a', 'b'))).rejects.toMatchObject(invalid);
    await expect(tables.get('JobStats', { business_date: { S: 'a' } })).rejects.toMatchObject(invalid);
    await expect(tables.get('JobStats', runKey('a\0', 'b'))).rejects.toMatchObject(invalid);
  });
});

describe('LmdbJobStats', () => {
  it('reads the rows of all runs by date and attempt, and the lock apart', async () => {
    const tables = await newTables();
    const stats = new LmdbJobStats(tables);
    expect(await stats.getLock()).toEqual({ owner: null, fence: 0, head: null, as_of: null, hashes_of: null });
    for (const [date, attempt] of [
      ['2021-10-21', 1],
      ['2021-10-20', 10],
      ['2021-10-20', 2],
      ['2021-10-20', 1],
    ] as const) {
      const name = attempt === 1 ? `agreements-${date}` : `agreements-${date}-attempt-${attempt}`;
      await put(tables, rowItem(date, name, attempt));
    }
    const lock = {
      owner: { S: 'me' },
      fence: { N: '4' },
      head: { S: 'm' },
      as_of: { NULL: true },
      hashes_of: { S: 'm' },
    };
    await put(tables, { ...runKey('LOCK', 'LOCK'), ...lock } as Item);

    const runs = async (business_date?: string) =>
      (await Array.fromAsync(stats.listRuns(business_date === undefined ? {} : { business_date }))).map(
        (row) => `${row.business_date} ${row.attempt}`,
      );
    expect(await runs()).toEqual(['2021-10-20 1', '2021-10-20 2', '2021-10-20 10', '2021-10-21 1']);
    expect(await runs('2021-10-21')).toEqual(['2021-10-21 1']);
    expect(await stats.getLock()).toEqual({ owner: 'me', fence: 4, head: 'm', as_of: null, hashes_of: 'm' });
  });

  it('gives a row as plain values, and leaves texts of JSON as they are', async () => {
    const tables = await newTables();
    const stats = new LmdbJobStats(tables);
    await put(tables, {
      ...rowItem('2021-10-20', 'run', 1),
      input: { S: '{"a":1}' },
      base: { NULL: true },
      ok: { BOOL: true },
    });
    expect(await stats.getRun('2021-10-20', 'run')).toEqual({
      business_date: '2021-10-20',
      execution_name: 'run',
      attempt: 1,
      status: 'running',
      fence: 3,
      input: '{"a":1}',
      base: null,
      ok: true,
    });
    expect(await stats.getRun('2021-10-20', 'other')).toBeNull();
  });

  it('says which row is damaged', async () => {
    const tables = await newTables();
    const { fence, ...withoutFence } = rowItem('2021-10-20', 'run', 1);
    expect(fence).toEqual({ N: '3' });
    await put(tables, withoutFence);
    const read = new LmdbJobStats(tables).getRun('2021-10-20', 'run');
    await expect(read).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { missing: 'fence' } });
  });
});

describe('LmdbEnrichmentQueue', () => {
  it('does not pile up messages of one document for one key, hidden or not', async () => {
    const queue = new LmdbEnrichmentQueue(await newEnvironment(), () => 0);
    const message = { entity_key: 'acme', text: 'Acme', namespace: 'mac', lex_id: 'doc-1' };
    await queue.send([message, message, { ...message, lex_id: 'doc-2' }]);
    await queue.send([message]);
    expect(await queue.depth()).toBe(2);
    expect(await queue.receive(10, 30)).toHaveLength(2);
    await queue.send([message]);
    expect(await queue.depth()).toBe(2);
  });

  it('takes keys of any length', async () => {
    const queue = new LmdbEnrichmentQueue(await newEnvironment(), () => 0);
    const entity_key = 'x'.repeat(5_000);
    await queue.send([{ entity_key, text: entity_key, namespace: 'mac', lex_id: 'doc-1' }]);
    expect(await queue.receive(1, 30)).toMatchObject([{ message: { entity_key } }]);
  });
});

function runKey(business_date: string, execution_name: string) {
  return { business_date: { S: business_date }, execution_name: { S: execution_name } };
}

function rowItem(date: string, name: string, attempt: number) {
  return { ...runKey(date, name), attempt: { N: String(attempt) }, status: { S: 'running' }, fence: { N: '3' } };
}

async function put(tables: LmdbItemTables, item: Item): Promise<void> {
  await tables.update('JobStats', item, () => item);
}
