import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityItem } from '../../../src/agreements/make-look-up-items.ts';
import { diffMasters } from '../../../src/publish/history/diff-masters.ts';
import { EntityRows, entityDifferences } from '../../../src/publish/history/entity-rows.ts';
import { openPublishedDay, type PublishedDay } from '../../../src/publish/read-published.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable } from '../../fakes/memory-look-ups.ts';
import { publishDay } from '../day-fixture.ts';

/** Names of entities in each of the tables; without one it is not there. */
type Named = Readonly<Record<string, { readonly CO?: string; readonly CP?: string }>>;

const entity = fc.record({ CO: fc.constantFrom('a', 'b'), CP: fc.constantFrom('a', 'b') }, { requiredKeys: [] });
const table = fc.dictionary(fc.constantFrom('E-1', 'E-2', 'E-3', 'É', '😀', 'e-4'), entity);

async function publish(
  a3: MemoryJobDailyA3Data,
  day: number,
  base: string | null,
  named: Named,
): Promise<PublishedDay> {
  const masters = new MemoryEntityTable();
  for (const [id, { CO, CP }] of Object.entries(named)) {
    const roles = [...(CO === undefined ? [] : (['CO'] as const)), ...(CP === undefined ? [] : (['CP'] as const))];
    const names = { ...(CO === undefined ? {} : { 'CO.4': CO }), ...(CP === undefined ? {} : { 'CP.4': CP }) };
    if (roles.length > 0) await masters.putAll([entityItem(id, roles, names)]);
  }
  const id = { business_date: `2021-10-1${day}`, attempt: 1 };
  const { manifest } = await publishDay(a3, id, base, [], { masters, lookUps: { through: day, open: [] } });
  return openPublishedDay(a3, manifest);
}

describe('what differs between two days of master tables', () => {
  it('is each row of a table that came, went or reads otherwise, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(table, table, async (old, now) => {
        const a3 = new MemoryJobDailyA3Data();
        const from = await publish(a3, 1, null, old);
        const to = await publish(a3, 2, from.key, now);
        for (const role of ['CO', 'CP'] as const) {
          const found = await Array.fromAsync(diffMasters(a3, role, from, to));

          const expected = new Map<string, string>();
          for (const id of new Set([...Object.keys(old), ...Object.keys(now)])) {
            const [before, after] = [old[id]?.[role], now[id]?.[role]];
            if (before === after) continue;
            expected.set(id, before === undefined ? 'added' : after === undefined ? 'removed' : 'changed');
          }
          expect(new Map(found.map((one) => [one.entity_id, one.change]))).toEqual(expected);
          expect(found).toHaveLength(expected.size);
          for (const { change, entity_id, fields } of found.filter((one) => one.change === 'changed')) {
            const values = { from: old[entity_id]?.[role], to: now[entity_id]?.[role] };
            expect({ change, fields }).toEqual({ change: 'changed', fields: { [`${role}.4`]: values } });
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is told of a row by its version, with the columns of both tables', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const day = await publish(a3, 1, null, { 'E-1': { CO: 'a', CP: 'b' } });
    const { version } = entityItem('E-1', ['CO', 'CP'], { 'CO.4': 'a', 'CP.4': 'b' });
    const rows = new EntityRows(a3);

    const row = await rows.of(day, version);

    expect(entityDifferences(row, { fields: { 'CO.4': 'c', 'CP.4': 'b' }, lei_status: 'LAPSED' })).toEqual({
      'CO.4': { from: 'a', to: 'c' },
      lei_status: { from: null, to: 'LAPSED' },
    });
    expect(await rows.of(day, 'ab'.repeat(16))).toBeNull();
  });
});
