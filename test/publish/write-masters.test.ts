import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../src/agreements/byte-order.ts';
import type { AliasItem, EntityItem, EntityRole } from '../../src/agreements/look-up-items.ts';
import { aliasItem, entityItem, placeholder } from '../../src/agreements/make-look-up-items.ts';
import type { MasterLine, PublishedFile } from '../../src/publish/published.ts';
import { readPublishedLines } from '../../src/publish/published-file-reader.ts';
import { openPublishedDay, type PublishedDay } from '../../src/publish/read-published.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable } from '../fakes/memory-look-ups.ts';
import { type DayOptions, publishDay, snapshot } from './day-fixture.ts';

async function publish(
  a3: MemoryJobDailyA3Data,
  date: string,
  base: PublishedDay | null,
  options: DayOptions,
): Promise<PublishedDay> {
  const id = { business_date: date, attempt: 1 };
  const { manifest } = await publishDay(a3, id, base?.key ?? null, [], options);
  return openPublishedDay(a3, manifest);
}

async function read(a3: MemoryJobDailyA3Data, { folder }: PublishedDay, file: PublishedFile): Promise<MasterLine[]> {
  const batches = await Array.fromAsync(readPublishedLines(a3, folder, file));
  return batches.flat().map((line) => JSON.parse(line) as MasterLine);
}

async function tableOf(...items: readonly (EntityItem | AliasItem)[]): Promise<MemoryEntityTable> {
  const table = new MemoryEntityTable();
  await table.putAll(items);
  return table;
}

describe('the master tables of a day', () => {
  it('hold every active entity of the role, with the columns of that table', async () => {
    const both = entityItem('BANK-1', ['CO', 'CP'], { 'CO.4': 'The Bank', 'CO.12': 'REN', 'CP.4': 'The Bank, N.A.' });
    const client = { ...entityItem('client', ['CP'], { 'CP.4': 'A Client' }), lei_status: 'LAPSED' };
    const others = [aliasItem('Alias', 'client'), placeholder('who', 'Who'), entityItem('none', [], {})];
    const a3 = new MemoryJobDailyA3Data();

    const day = await publish(a3, '2021-10-20', null, { masters: await tableOf(client, both, ...others) });

    const { CO, CP } = day.manifest.masters!;
    const bank = { entity_id: 'BANK-1', lei_status: null, version: both.version };
    expect(await read(a3, day, CO)).toEqual([{ ...bank, fields: { 'CO.4': 'The Bank', 'CO.12': 'REN' } }]);
    expect(await read(a3, day, CP)).toEqual([
      { ...bank, fields: { 'CP.4': 'The Bank, N.A.' } },
      { entity_id: 'client', fields: { 'CP.4': 'A Client' }, lei_status: 'LAPSED', version: client.version },
    ]);
  });

  it('ascend by identifier, and are the same however the table was read', async () => {
    const entities = fc.uniqueArray(
      fc.record({
        id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
        roles: fc.subarray<EntityRole>(['CO', 'CP'], { minLength: 1 }),
      }),
      { maxLength: 40, selector: ({ id }) => entityItem(id, [], {}).entity_key },
    );
    await fc.assert(
      fc.asyncProperty(entities, async (all) => {
        const items = all.map(({ id, roles }) => entityItem(id, roles, { 'CO.4': id }));
        const masters = await tableOf(...items);
        const a3 = new MemoryJobDailyA3Data();
        const inTurns = await publish(a3, '2021-10-20', null, { masters, stopsAlways: true });
        const atOnce = await publish(a3, '2021-10-21', null, { masters });

        for (const role of ['CO', 'CP'] as const) {
          const ids = (await read(a3, inTurns, inTurns.manifest.masters![role])).map(({ entity_id }) => entity_id);
          const expected = all
            .filter(({ roles }) => roles.includes(role))
            .map(({ id }) => items.find(({ entity_id }) => entity_id === id)!.entity_id);
          expect(ids).toEqual(expected.sort(compareBytes));
        }
        expect(inTurns.manifest.masters).toEqual(atOnce.manifest.masters);
      }),
      { numRuns: 40 },
    );
  });

  it('are those of the base, unread, while no look-up row changes', async () => {
    const masters = await tableOf(entityItem('A', ['CO'], {}));
    const unread = { readPage: () => Promise.reject(new Error('Nobody may read the table.')) };
    const a3 = new MemoryJobDailyA3Data();
    const lookUps = { through: 4, open: [] };
    const first = await publish(a3, '2021-10-20', null, { masters, lookUps });

    const second = await publish(a3, '2021-10-21', first, { masters: unread, lookUps });
    await masters.putAll([entityItem('B', ['CO'], {})]);
    const third = await publish(a3, '2021-10-22', second, { masters, lookUps: { through: 5, open: [] } });
    const fourth = await publish(a3, '2021-10-25', third, { masters, lookUps: { through: 5, open: [5] } });

    expect(second.manifest.masters).toEqual(first.manifest.masters);
    expect(await read(a3, second, second.manifest.masters!.CO)).toHaveLength(1);
    expect(await read(a3, third, third.manifest.masters!.CO)).toHaveLength(2);
    expect(fourth.manifest.masters).toEqual(third.manifest.masters);
  });

  it('are what the first turn met, whatever the table becomes while it is read', async () => {
    const masters = await tableOf(...['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((id) => entityItem(id, ['CP'], {})));
    const a3 = new MemoryJobDailyA3Data();
    const id = { business_date: '2021-10-20', attempt: 1 };
    let pages = 0;
    const failing = {
      readPage: async (after: string | null) => {
        pages += 1;
        if (pages === 3) throw new Error('The machine ended.');
        return masters.readPage(after);
      },
    };
    await expect(publishDay(a3, id, null, [], { masters: failing })).rejects.toThrow('The machine ended.');
    await masters.putAll([entityItem('A', ['CO', 'CP'], { 'CP.4': 'Other' })]);

    const { manifest } = await publishDay(a3, id, null, [], { masters });

    const day = await openPublishedDay(a3, manifest);
    const lines = await read(a3, day, day.manifest.masters!.CP);
    expect(lines.map(({ entity_id, fields }) => [entity_id, fields])).toEqual(
      ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((entity) => [entity, {}]),
    );
    expect(day.manifest.masters!.CO.lines).toBe(0);
    expect((await snapshot(a3, day.folder)).has(`${day.folder}/masters/co.ndjson.gz`)).toBe(true);
  });
});
