import { describe, expect, it } from 'vitest';
import { referencesFolder, referencesKey } from '../../src/publish/attempt-files.ts';
import { RangeFiles, readRange } from '../../src/publish/range-files.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';

const ID = { business_date: '2021-10-20', attempt: 1 };
const RANGES = 3;

describe('lines that are dealt into ranges', () => {
  it('come back, each once, in the order of the shards, whatever the size of their files', async () => {
    const a3 = new MemoryJobDailyA3Data();
    // Some files are larger than what is read at once; of others more follow each other than are read at once.
    const sizes = [
      3,
      60_000,
      20,
      20,
      18_000,
      18_000,
      18_000,
      ...Array.from({ length: 20 }, () => 9),
      60_000,
      60_000,
      5,
    ];
    for (const [shard, size] of sizes.entries()) {
      const files = new RangeFiles(RANGES);
      for (let i = 0; i < size; i += 1) files.put(`text ${i % 50}`, [shard, i, 'ä'.repeat(25)]);
      await files.write((range) => referencesKey(ID, range, shard), a3);
    }

    let count = 0;
    for (let range = 0; range < RANGES; range += 1) {
      let last = -1;
      const texts = new Set<number>();
      for await (const lines of readRange<[number, number, string]>(referencesFolder(ID, range), a3)) {
        for (const [shard, i] of lines) {
          const place = shard * 100_000 + i;
          if (place <= last) expect.fail(`Line ${i} of shard ${shard} comes too late in range ${range}.`);
          last = place;
          texts.add(i % 50);
          count += 1;
        }
      }
      expect(texts.size).toBeGreaterThan(0);
    }
    expect(count).toBe(sizes.reduce((sum, size) => sum + size, 0));
  });
});
