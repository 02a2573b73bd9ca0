/** DynamoDB has done what a machine asked for, and the answer is lost: asked again, it must count as done. */
import { describe, expect, it } from 'vitest';
import type { ItemTables } from '../../src/engine/dynamodb/item-tables.ts';
import { morningOf, STOP_SCENARIOS, TODAY } from './support/stop-scenarios.ts';

/** An ordinary day, and one that first takes the lock over and finishes what was published. */
const DAYS = STOP_SCENARIOS.slice(0, 2);
const RUN = `agreements-${TODAY}`;

/** Loses the answer of the write with this number, from 0. */
function losing(real: ItemTables, lost: number): ItemTables & { writes: number } {
  const tables = {
    writes: 0,
    keyAttributes: (table: string) => real.keyAttributes(table),
    get: (...key: Parameters<ItemTables['get']>) => real.get(...key),
    update: async (...change: Parameters<ItemTables['update']>) => {
      await real.update(...change);
      tables.writes += 1;
      if (tables.writes === lost + 1) {
        throw Object.assign(new Error('Unable to execute HTTP request'), { name: 'DynamoDB.SdkClientException' });
      }
    },
  };
  return tables;
}

const cases = await Promise.all(
  DAYS.map(async (day) => {
    const morning = await morningOf(day);
    const calm = morning.copy();
    let tables: { readonly writes: number } | null = null;
    await calm.run(TODAY, { items: (real) => (tables = losing(real, -1)) });
    return { day, morning, calm, writes: tables!.writes as number };
  }),
);

describe.each(cases)('a lost answer on $day.name', ({ morning, calm, writes }) => {
  it.each(Array.from({ length: writes }, (_, n) => n))('of write %i of the machine changes nothing', async (n) => {
    const home = morning.copy();

    const outcome = await home.run(TODAY, { items: (real) => losing(real, n) });

    expect(outcome).toEqual({ ...outcome, status: 'SUCCEEDED' });
    expect(await home.status(RUN)).toBe('succeeded');
    expect(await home.head()).toEqual(await calm.head());
    expect(await home.published()).toEqual(await calm.published());
  });

  it('meets every write of such a day', () => {
    expect(writes).toBeGreaterThanOrEqual(6); // Lock, row, head, hashes, row, lock.
  });
});
