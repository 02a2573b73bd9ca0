import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestKey } from '../../../src/publish/attempt-files.ts';
import { type HistoryDay, readPublishedDays } from '../../../src/publish/history/published-days.ts';
import { writeAsOf } from '../../../src/publish/write-as-of.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { publishDay } from '../day-fixture.ts';
import { publishDay as publishBare } from '../retention/days-fixture.ts';
import { ALL, publish } from './plans.ts';

/** As retention leaves it: these keys are gone. */
function without(a3: MemoryJobDailyA3Data, gone: readonly string[]) {
  return {
    list: (folder: string) => a3.list(folder),
    get: async (key: string) => (gone.includes(key) ? null : a3.get(key)),
  };
}

async function read(a3: Parameters<typeof readPublishedDays>[0]['a3'], head: string | null): Promise<string[]> {
  return (await readDays(a3, head)).map(({ manifest, base }) => `${manifest.business_date} ${base}`);
}

function readDays(a3: Parameters<typeof readPublishedDays>[0]['a3'], head: string | null): Promise<HistoryDay[]> {
  const jobStats = { getLock: async () => ({ owner: null, fence: 1, head, as_of: null, hashes_of: null }) };
  return Array.fromAsync(readPublishedDays({ jobStats, a3 }));
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

  it('come once each, whatever was published late or again, and whatever is deleted', async () => {
    const date = (day: number) => `2021-10-${String(10 + day).padStart(2, '0')}`;
    const publications = fc.array(fc.record({ day: fc.nat({ max: 9 }), isDeleted: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(publications, async (plan) => {
        const a3 = new MemoryJobDailyA3Data();
        const keys: string[] = [];
        const attempts = new Map<string, number>();
        for (const { day } of plan) {
          const attempt = (attempts.get(date(day)) ?? 0) + 1;
          attempts.set(date(day), attempt);
          keys.push(await publishBare(a3, date(day), { attempt, base: keys.at(-1) ?? null }));
        }
        // The head stays; a table without a pointer that was built on is found by the table above it alone.
        const gone = keys.filter((_, i) => plan[i]!.isDeleted && i < keys.length - 1);
        const days = await readDays(without(a3, gone), keys.at(-1)!);

        const found = days.map(({ key }) => key);
        expect(new Set(found).size).toBe(found.length);
        const isLast = (day: number, i: number) => plan.findLastIndex((one) => one.day === day) === i;
        const pointed = keys.filter((key, i) => !gone.includes(key) && isLast(plan[i]!.day, i));
        expect(found).toEqual(expect.arrayContaining(pointed));
        expect(found[0]).toBe(keys.at(-1));
        for (const [i, { base, manifest }] of days.entries()) {
          if (base === 'known') expect(days[i + 1]!.key).toBe(manifest.base);
          if (base === 'none') expect(i).toBe(days.length - 1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('end where bases lead in a circle, as no run writes them', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const [one, two] = ['2021-10-20', '2021-10-21'].map((business_date) => manifestKey({ business_date, attempt: 1 }));
    await publishBare(a3, '2021-10-20', { base: two! });
    await publishBare(a3, '2021-10-21', { base: one! });

    expect(await read(a3, two!)).toEqual(['2021-10-21 known', '2021-10-20 gone']);
    const again = { phase: 'as_of', business_date: '2021-10-20', attempt: 1, manifest: 'elsewhere' } as const;
    await expect(writeAsOf(again, { a3 })).resolves.toEqual({ key: 'as_of/2021-10-20.json' });
  });
});
