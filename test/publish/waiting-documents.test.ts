import { describe, expect, it } from 'vitest';
import { ABSENT, type Use } from '../../src/agreements/look-up-items.ts';
import { openPublishedDay } from '../../src/publish/read-published.ts';
import { findWaiting } from '../../src/publish/waiting-documents.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { publishDay, rejectedLine, transformedRow, validLine } from './day-fixture.ts';

const absent = (key: string): Use => ({ table: 'Entity', key, version: ABSENT });
const rejected = (id: string, ...keys: readonly string[]) => ({ ...rejectedLine(id), uses: keys.map(absent) });

describe('documents that wait for an entity', () => {
  it('are counted by key over all shards, with the oldest of their rejections', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const found: Use = { table: 'Entity', key: 'known', version: 'v1' };
    const law: Use = { table: 'GoverningLaw', key: 'stranger', version: ABSENT };
    const valid = ['d', 'e', 'f', 'g'].map((id) => validLine(id, [transformedRow({ 'A3.3': id }, [found, law])]));
    const one = await publishDay(a3, { business_date: '2021-10-20', attempt: 1 }, null, [
      { namespace: 'mac', lines: [rejected('a', 'stranger', 'nobody'), ...valid] },
      { namespace: 'pwm', lines: [rejected('a', 'other')] },
    ]);
    const two = await publishDay(a3, { business_date: '2021-10-21', attempt: 1 }, one.manifest, [
      { namespace: 'mac', lines: [rejected('d', 'nobody')] },
      { namespace: 'pwm', lines: [rejected('b', 'stranger'), validLine('c', [transformedRow({}, [absent('lax')])])] },
    ]);
    const day = await openPublishedDay(a3, two.manifest);
    expect(day.manifest.shards.length).toBeGreaterThan(1);

    const waiting = await findWaiting(a3, day, 'Entity', new Set(['stranger', 'nobody', 'known', 'lax', 'new']));

    expect(Object.fromEntries(waiting)).toEqual({
      stranger: { documents: 2, since: '2021-10-20' },
      nobody: { documents: 2, since: '2021-10-20' },
      lax: { documents: 1, since: null },
    });
  });
});
