import { describe, expect, it } from 'vitest';
import { type HistoryDay, readPublishedDays } from '../../../src/publish/history/published-days.ts';
import { writeAsOf } from '../../../src/publish/write-as-of.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { publishDay } from '../day-fixture.ts';
import { ALL, publish } from './plans.ts';

/** As retention leaves it: these keys are gone. */
function without(a3: MemoryJobDailyA3Data, gone: readonly string[]) {
  return {
    list: (folder: string) => a3.list(folder),
    get: async (key: string) => (gone.includes(key) ? null : a3.get(key)),
  };
}

async function read(a3: Parameters<typeof readPublishedDays>[0]['a3'], head: string | null): Promise<string[]> {
  const jobStats = { getLock: async () => ({ owner: null, fence: 1, head, as_of: null, hashes_of: null }) };
  const days: HistoryDay[] = await Array.fromAsync(readPublishedDays({ jobStats, a3 }));
  return days.map(({ manifest, base }) => `${manifest.business_date} ${base}`);
}

async function fourDays() {
  const [a3, days] = await publish([ALL, ALL, ALL, ALL]);
  for (const { key, manifest } of days) {
    const { business_date, attempt } = manifest;
    await writeAsOf({ phase: 'as_of', business_date, attempt, manifest: key }, { a3 });
  }
  return { a3, keys: days.map(({ key }) => key) };
}

describe('the published days', () => {
  it('follow one another from the head along their bases, the newest first', async () => {
    const { a3, keys } = await fourDays();

    expect(await read(a3, keys[3]!)).toEqual([
      '2021-10-13 known',
      '2021-10-12 known',
      '2021-10-11 known',
      '2021-10-10 none',
    ]);
  });

  it('leave out what is published no more, or not yet', async () => {
    const { a3, keys } = await fourDays();

    expect(await read(a3, keys[1]!)).toEqual(['2021-10-11 known', '2021-10-10 none']);
    expect(await read(a3, null)).toEqual([]);
  });

  it('go on behind deleted days with the last date that is kept', async () => {
    const { a3, keys } = await fourDays();

    expect(await read(without(a3, [keys[2]!, keys[1]!]), keys[3]!)).toEqual(['2021-10-13 gone', '2021-10-10 none']);
    expect(await read(without(a3, keys.slice(0, 3)), keys[3]!)).toEqual(['2021-10-13 gone']);
  });

  it('come once each where a date was published late, and older ones are deleted', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const keys: string[] = [];
    for (const business_date of ['2021-10-08', '2021-10-11', '2021-10-12', '2021-10-07']) {
      const id = { business_date, attempt: 1 };
      const { manifest } = await publishDay(a3, id, keys.at(-1) ?? null, [{ namespace: 'mac', lines: [] }]);
      await writeAsOf({ phase: 'as_of', ...id, manifest }, { a3 });
      keys.push(manifest);
    }

    const days = await read(without(a3, [keys[0]!]), keys[3]!);

    expect(days).toEqual(['2021-10-07 known', '2021-10-12 known', '2021-10-11 gone']);
  });
});
