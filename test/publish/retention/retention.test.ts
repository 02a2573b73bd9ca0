import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/job/business-date.ts';
import { DEFAULT_RETENTION } from '../../../src/job/retention-policy.ts';
import { type ApplyRetentionDeps, applyRetention } from '../../../src/publish/retention/apply-retention.ts';
import { deletedDates } from '../../../src/publish/retention/deletion-record.ts';
import { placeHold, readHolds, releaseHolds } from '../../../src/publish/retention/holds.ts';
import { lookAtRetention } from '../../../src/publish/retention/retain.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { failDay, keysOf, publishDay, TEXTS } from './days-fixture.ts';

const ADA = { by: 'Ada', reason: 'a letter', at: '2021-12-01T00:00:00.000Z' };
const OLD = '2021-08-02';

describe('retention', () => {
  it('leaves a table that is held after its deletion was decided', async () => {
    const { a3, head } = await fewDays();
    const putOnce: typeof a3.putOnce = async (key, body) => {
      await a3.putOnce(key, body);
      if (key.startsWith('retention/')) await placeHold(a3, OLD, ADA);
    };

    const outcome = await retain(a3, head, { a3: bound(a3, { putOnce }) });

    expect(outcome).toMatchObject({ tables: [], more: true });
    expect(await a3.get(`published/as_of=${OLD}/attempt=1/manifest.json`)).not.toBeNull();
    await releaseHolds(a3, OLD, ADA);
    expect(await retain(a3, head)).toMatchObject({ tables: [{ business_date: OLD, attempt: 1 }], more: false });
  });

  it('leaves a table whose date a run has taken meanwhile', async () => {
    const { a3, head } = await fewDays();
    expect(await retain(a3, head, { isInUse: async () => true })).toMatchObject({ tables: [], more: true });
    expect(await a3.get(`as_of/${OLD}.json`)).not.toBeNull();
  });

  it('stops when it is told to, and goes on the next time', async () => {
    const { a3, head } = await fewDays();
    await publishDay(a3, '2021-08-03');
    expect(await retain(a3, head, { shouldStop: () => true })).toMatchObject({
      tables: [{ business_date: OLD }],
      more: true,
    });
    expect(await retain(a3, head)).toMatchObject({ tables: [{ business_date: '2021-08-03' }], more: false });
  });

  it('records what is deleted before it is, and keeps the first record', async () => {
    const { a3, head } = await fewDays();
    await retain(a3, head, { a3: bound(a3, { remove: () => Promise.reject(new Error('killed')) }) }).catch(() => null);
    const first = await a3.get(`retention/${OLD}/1.json`);
    expect(JSON.parse(String(first))).toMatchObject({
      business_date: OLD,
      files: 5,
      rule: { days: 35, newest: '2021-10-11' },
      by: 'agreements-2021-10-11',
      manifest_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await retain(a3, head, { now: () => '2022-01-01T00:00:00.000Z' });
    expect(await a3.get(`retention/${OLD}/1.json`)).toEqual(first);
  });

  it('deletes a date that was published twice as a whole, and what failed attempts of old dates left', async () => {
    const { a3, head } = await fewDays();
    await publishDay(a3, OLD, { attempt: 2 });
    await failDay(a3, OLD, 3);
    await failDay(a3, '2021-08-03', 1);
    await failDay(a3, '2021-10-11', 7);
    await retain(a3, head);
    expect((await keysOf(a3)).filter((key) => /2021-08-0[23]/.test(key))).toEqual([
      `retention/${OLD}/1.json`,
      `retention/${OLD}/2.json`,
    ]);
    expect(await keysOf(a3, 'published/as_of=2021-10-11/attempt=7')).toHaveLength(1);
  });

  it('deletes raw texts before their tables, and keeps those of what is in force, its base, and what is held', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const dates = ['2021-09-20', '2021-09-21', '2021-09-22', '2021-10-11'];
    let head: string | null = null;
    for (const date of dates) head = await publishDay(a3, date, { base: head });
    await placeHold(a3, '2021-09-21', ADA);

    const outcome = await retain(a3, head);

    expect(outcome).toMatchObject({ tables: [], texts: [{ business_date: '2021-09-20', attempt: 1 }], more: false });
    const withTexts = (await keysOf(a3)).filter((key) => key.endsWith(TEXTS));
    expect(withTexts.map((key) => key.slice('published/as_of='.length).slice(0, 10))).toEqual(dates.slice(1));
    expect(JSON.parse(String(await a3.get('retention/2021-09-20/1.texts.json')))).toMatchObject({
      business_date: '2021-09-20',
      parts: [{ path: TEXTS, bytes: 38 }],
      rule: { rawTextDays: 14, newest: '2021-10-11' },
      by: 'agreements-2021-10-11',
      manifest_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('tells a date with a deleted table from one whose raw texts alone are gone', async () => {
    const { a3, head } = await fewDays();
    const younger = '2021-09-20';
    await publishDay(a3, younger);
    await retain(a3, head);

    expect(await a3.get(`retention/${younger}/1.texts.json`)).not.toBeNull();
    expect([...(await deletedDates(a3))]).toEqual([OLD]);
  });

  it('leaves raw texts of a date that is held after their deletion was decided, and finishes it when that ends', async () => {
    const [a3, date] = [new MemoryJobDailyA3Data(), '2021-09-20'];
    for (const day of [date, '2021-10-10']) await publishDay(a3, day);
    const head = await publishDay(a3, '2021-10-11', { base: 'published/as_of=2021-10-10/attempt=1/manifest.json' });
    const putOnce: typeof a3.putOnce = async (key, body) => {
      await a3.putOnce(key, body);
      if (key.endsWith('.texts.json')) await placeHold(a3, date, ADA);
    };

    expect(await retain(a3, head, { a3: bound(a3, { putOnce }) })).toMatchObject({ texts: [], more: true });
    expect(await keysOf(a3, `published/as_of=${date}`)).toHaveLength(5);

    await releaseHolds(a3, date, ADA);
    // Decided is decided, though the rule is more generous by now.
    const outcome = await retain(a3, head, { policy: { ...DEFAULT_RETENTION, rawTextDays: 35 } });
    expect(outcome).toMatchObject({ texts: [{ business_date: date }], more: false });
    expect(await keysOf(a3, `published/as_of=${date}`)).toHaveLength(4);
  });

  it('does nothing at all when a hold cannot be read', async () => {
    const { a3, head } = await fewDays();
    await a3.putOnce('holds/2021-10-01/000000001.json', Buffer.from('{'));
    await expect(retain(a3, head)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    expect(await keysOf(a3, 'retention')).toEqual([]);
  });

  it('does nothing where nothing is published', async () => {
    const a3 = new MemoryJobDailyA3Data();
    await failDay(a3, OLD, 1);
    expect(await retain(a3, null)).toMatchObject({ tables: [], deleted: { files: 0 }, more: false });
  });
});

describe('holds', () => {
  it('are in force until a release that was written after them', async () => {
    const a3 = new MemoryJobDailyA3Data();
    expect(await placeHold(a3, OLD, ADA)).toBe(1);
    expect(await placeHold(a3, OLD, { ...ADA, by: 'Bob' })).toBe(2);
    expect(await releaseHolds(a3, OLD, { ...ADA, by: 'Cy' })).toEqual([1, 2]);
    expect(await releaseHolds(a3, OLD, ADA)).toEqual([]);
    expect(await placeHold(a3, OLD, { ...ADA, by: 'Dee' })).toBe(4);
    expect((await readHolds(a3)).map(({ number, by, released }) => [number, by, released?.by ?? null])).toEqual([
      [1, 'Ada', 'Cy'],
      [2, 'Bob', 'Cy'],
      [4, 'Dee', null],
    ]);
  });

  it('that are placed at the same moment all count', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const numbers = await Promise.all(['a', 'b', 'c'].map((by) => placeHold(a3, OLD, { ...ADA, by })));
    expect([...numbers].sort()).toEqual([1, 2, 3]);
    expect(await readHolds(a3, OLD)).toHaveLength(3);
  });
});

/** One day that is too old, and six of this week and the last. */
async function fewDays() {
  const a3 = new MemoryJobDailyA3Data();
  await publishDay(a3, OLD);
  let head = '';
  for (let days = 0; days <= 7; days += 1) head = await publishDay(a3, addDays('2021-10-04', days));
  return { a3, head };
}

async function retain(a3: MemoryJobDailyA3Data, head: string | null, other: Partial<ApplyRetentionDeps> = {}) {
  const policy = other.policy ?? DEFAULT_RETENTION;
  const { plan } = await lookAtRetention({ head, running: null }, { a3, policy });
  return applyRetention(plan, {
    a3,
    policy,
    by: 'agreements-2021-10-11',
    now: () => '2021-10-11T22:00:00.000Z',
    shouldStop: () => false,
    isInUse: async () => false,
    ...other,
  });
}

function bound(a3: MemoryJobDailyA3Data, other: Partial<ApplyRetentionDeps['a3']>): ApplyRetentionDeps['a3'] {
  return {
    get: (key) => a3.get(key),
    list: (folder) => a3.list(folder),
    putOnce: (key, body) => a3.putOnce(key, body),
    remove: (keys) => a3.remove(keys),
    ...other,
  };
}
