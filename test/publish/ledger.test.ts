import { describe, expect, it } from 'vitest';
import type { NamespaceCounts } from '../../src/job/contracts.ts';
import { manifestKey, sliceOutputKey } from '../../src/publish/attempt-files.ts';
import { openPublishedDay, readLedger } from '../../src/publish/read-published.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import {
  type DayOptions,
  type DaySlice,
  publishDay,
  rejectedLine,
  runPhases,
  transformedRow,
  validLine,
  writeSlices,
} from './day-fixture.ts';

const DAY = { business_date: '2021-10-20', attempt: 1 };
const SLICES: readonly DaySlice[] = [
  {
    namespace: 'mac',
    lines: [
      validLine('m-1', [transformedRow({ 'A3.3': 'A-1' }), transformedRow({ 'A3.3': 'A-2' })]),
      rejectedLine('m-2'),
      { op: 'touched', lex_id: 'm-3', of: 'good', raw_hash: 'r' },
    ],
  },
  {
    namespace: 'pwm',
    lines: [validLine('p-1', [transformedRow({ 'A3.3': 'B-1' })]), { op: 'removed', lex_id: 'p-2' }],
  },
];

async function ledgerWith(options: DayOptions = {}, slices: readonly DaySlice[] = SLICES) {
  const a3 = new MemoryJobDailyA3Data();
  const output = await publishDay(a3, DAY, null, slices, options).catch(async (error: unknown) => {
    expect(await a3.get(manifestKey(DAY))).toBeNull();
    throw error;
  });
  return readLedger(a3, await openPublishedDay(a3, output.manifest));
}

/** The pages of `mac` said something else. */
function saying(counts: Partial<NamespaceCounts>): DayOptions {
  return { query: (all) => all.map((each) => (each.namespace === 'mac' ? { ...each, ...counts } : each)) };
}

describe('the ledger', () => {
  it('has each listed document in exactly one outcome', async () => {
    expect(await ledgerWith()).toEqual({
      namespaces: [
        {
          namespace: 'mac',
          total_docs: 10,
          listed: 10,
          new: 0,
          changed: 2,
          reprocessed: 0,
          touched: 1,
          unchanged: 7,
          standing: 0,
          unreadable: 0,
          published: 1,
          rejected: 1,
          not_transformed: 0,
          removed: 0,
          removals_held: 0,
          held_listed: 0,
          complete: true,
        },
        expect.objectContaining({ namespace: 'pwm', listed: 8, published: 1, rejected: 0, removed: 1 }),
      ],
      rows: { base: 0, added: 3, removed: 0, changed: 0, total: 3, stale: 0 },
      rejected_now: 1,
      unreadable_now: 0,
    });
  });

  it('counts the documents of a failed slice as not transformed', async () => {
    const failed: DaySlice = { namespace: 'mac', lines: [validLine('m-9', []), rejectedLine('m-8')], failed: true };
    const { namespaces } = await ledgerWith({}, [...SLICES, failed]);
    expect(namespaces[0]).toMatchObject({ changed: 4, published: 1, rejected: 1, not_transformed: 2 });
  });

  it.each([
    ['fewer documents read than outcomes', saying({ total_docs_queried: 9 }), 10, 9],
    ['another number planned than outcomes', saying({ planned: 3 }), 2, 3],
    ['more planned than there are results', saying({ changed: 3, planned: 3, total_docs_queried: 11 }), 3, 2],
    ['fewer planned than there are results', saying({ changed: 1, planned: 1, total_docs_queried: 9 }), 1, 2],
    ['another number touched', saying({ touched: 2, total_docs_queried: 11 }), 2, 1],
    ['a removal that no slice has', saying({ removed: 1 }), 1, 0],
  ])('publishes nothing with %s, naming both sides', async (_, options, left, right) => {
    const details = { namespace: 'mac', left, right };
    await expect(ledgerWith(options)).rejects.toMatchObject({ code: 'LEDGER_MISMATCH', details });
  });

  it('publishes nothing when a slice belongs to a namespace that was not queried', async () => {
    const options: DayOptions = { query: (all) => all.filter(({ namespace }) => namespace === 'mac') };
    await expect(ledgerWith(options)).rejects.toMatchObject({ code: 'LEDGER_MISMATCH', details: { namespace: 'pwm' } });
  });

  it('publishes nothing when a document has two results', async () => {
    const twice: readonly DaySlice[] = [...SLICES, { namespace: 'mac', lines: [rejectedLine('m-1')] }];
    await expect(ledgerWith({}, twice)).rejects.toMatchObject({ code: 'LEDGER_MISMATCH', details: { lex_id: 'm-1' } });
  });

  it('publishes nothing when a slice output has lost lines since its header was written', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const key = sliceOutputKey(DAY, 0, 0);
    await writeSlices(a3, DAY, SLICES);
    const whole = (await a3.get(key)) ?? Buffer.alloc(0);
    const lines = whole.toString('utf8').split('\n');
    for (const [part, code] of [
      [`${lines.slice(0, 3).join('\n')}\n`, 'LEDGER_MISMATCH'],
      [whole.toString('utf8').slice(0, -20), 'STORE_CORRUPT'],
      [`${lines.slice(0, 2).join('\n')}\n{"op":\n`, 'STORE_CORRUPT'],
    ] as const) {
      const damaged = new MemoryJobDailyA3Data();
      await damaged.putOnce(key, Buffer.from(part));
      await expect(publishRest(damaged)).rejects.toMatchObject({ code });
    }
  });
});

/** The slices of the day but the first, which stands already. */
async function publishRest(a3: MemoryJobDailyA3Data): Promise<unknown> {
  const missing = SLICES.map((slice, i) => ({ ...slice, failed: i === 0 }));
  await writeSlices(a3, DAY, missing);
  return runPhases(a3, DAY, null, SLICES);
}
