/** A call whose answer was lost may still be at work when it is made again: what the first of them has stored counts. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../src/agreements/table-a3/rules-in-force.ts';
import { rangeFindingsKey, sliceListKey, sliceOutputKey } from '../../src/publish/attempt-files.ts';
import { checkTable } from '../../src/publish/check-table.ts';
import { readSliceLists, writeSliceLists } from '../../src/publish/slice-list.ts';
import { encodeSlice } from '../../src/steps/slices/encode-slice.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { jobId, publishDay, transformedRow, validLine } from './day-fixture.ts';

const ID = { business_date: '2021-10-20', attempt: 1 };
const document = (id: string) =>
  validLine(id, [transformedRow({ 'A3.2': '5493001KJTIIGC8Y1R12', 'A3.3': id, 'A3.6': 'X' })]);

/** As the slower call saw the store when it looked: `key` was not there yet. */
function asSeenEarlier(a3: MemoryJobDailyA3Data, key: string) {
  let looks = 0;
  const isEarly = (asked: string): boolean => asked === key && looks++ === 0;
  return {
    open: a3.open.bind(a3),
    list: a3.list.bind(a3),
    putOnce: a3.putOnce.bind(a3),
    get: async (asked: string) => (isEarly(asked) ? null : a3.get(asked)),
    firstLine: async (asked: string) => (isEarly(asked) ? null : a3.firstLine(asked)),
  };
}

describe('a turn that is taken twice at once', () => {
  it('leaves the findings of the first, though the Entity table has changed', async () => {
    const a3 = new MemoryJobDailyA3Data();
    await publishDay(a3, ID, null, [{ namespace: 'mac', lines: [document('a')] }], { linesPerRange: 100 });
    const key = rangeFindingsKey(ID, 0);
    const input = { ...ID, job_id: jobId(ID), base: null, phase: 'check', batch: 0, batches: 1, cursor: null } as const;
    const entities = { get: async () => null };
    const deps = { a3: asSeenEarlier(a3, key), entities, rules: DEFAULT_RULES, shouldStop: () => false };

    expect(await checkTable(input, deps)).toEqual({ batch: 0, cursor: null });

    expect((await a3.get(key))?.toString()).toBe('');
  });

  it('publishes the slices that the first has listed, though another came meanwhile', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const put = (slice: number) =>
      a3.putOnce(sliceOutputKey(ID, 0, slice), encodeSlice('mac', 0, slice, [document(`m-${slice}`)]).body);
    await put(0);
    await writeSliceLists(ID, 0, { a3, shouldStop: () => false });
    await put(1);

    const again = await writeSliceLists(ID, 0, { a3: asSeenEarlier(a3, sliceListKey(ID, 0)), shouldStop: () => false });

    expect(again).toBeNull();
    expect(await Array.fromAsync(readSliceLists(ID, a3))).toMatchObject([{ key: sliceOutputKey(ID, 0, 0) }]);
  });
});
