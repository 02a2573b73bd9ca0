import { describe, expect, it } from 'vitest';
import {
  type ImportRecord,
  importKey,
  listImports,
  readImport,
  recordImport,
} from '../../src/stores/look-up-imports.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';

const RECORD: ImportRecord = {
  format: 1,
  kind: 'entities',
  at: '2021-10-20T06:00:00.000Z',
  by: 'Ada',
  files: [{ name: 'co.csv', sha256: 'ab'.repeat(32), bytes: 20, lines: { new: 1 } }],
  keys: { new: 1, changed: 0 },
  removed: 0,
};

describe('the records of imports', () => {
  it('are numbered without holes, also of imports at once that say the same, and listed from the newest', async () => {
    const a3 = new MemoryJobDailyA3Data();

    const numbers = await Promise.all(Array.from({ length: 9 }, () => recordImport(a3, RECORD)));
    const last = await recordImport(a3, { ...RECORD, by: null });

    expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(last).toBe(10);
    const listed = await Array.fromAsync(listImports(a3));
    expect(listed.map(({ number }) => number)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(listed[0]).toEqual({ number: 10, ...RECORD, by: null });
  });

  it('are none before the first, and refused where one is none', async () => {
    const a3 = new MemoryJobDailyA3Data();
    expect(await Array.fromAsync(listImports(a3))).toEqual([]);
    expect(await readImport(a3, 1)).toBeNull();

    await a3.putOnce(importKey(1), Buffer.from('{"format":2}'));

    await expect(readImport(a3, 1)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});
