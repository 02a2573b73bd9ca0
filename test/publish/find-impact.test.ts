import { describe, expect, it } from 'vitest';
import type { Use } from '../../src/agreements/look-up-items.ts';
import { findImpact, type ImpactQuestion } from '../../src/publish/find-impact.ts';
import { openPublishedDay } from '../../src/publish/read-published.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { publishDay, rejectedLine, transformedRow, validLine } from './day-fixture.ts';

const use = (key: string, version = 'v1'): Use => ({ table: 'Entity', key, version });
const row = (id: string, ...keys: readonly string[]) =>
  transformedRow(
    { 'A3.3': id },
    keys.map((key) => use(key)),
  );
const rejected = (id: string, ...keys: readonly string[]) => ({
  ...rejectedLine(id),
  uses: keys.map((key) => use(key)),
});

/** Two days in tiny shards; on the second `mac b` is rejected, so that its rows are stale. */
async function published() {
  const a3 = new MemoryJobDailyA3Data();
  const one = await publishDay(a3, { business_date: '2021-10-20', attempt: 1 }, null, [
    {
      namespace: 'mac',
      lines: [
        validLine('a', [row('A1', 'acme'), row('A2', 'acme', 'beta')]),
        validLine('b', [row('B1', 'acme')]),
        validLine('c', [row('C1', 'a "quoted",\\ key')]),
        ...['d', 'e', 'f', 'g'].map((id) => validLine(id, [row(id, 'other')])),
      ],
    },
    { namespace: 'pwm', lines: [rejected('a', 'acme'), validLine('z', [row('Z1', 'beta')])] },
  ]);
  const two = await publishDay(a3, { business_date: '2021-10-21', attempt: 1 }, one.manifest, [
    { namespace: 'mac', lines: [rejected('b', 'beta')] },
  ]);
  const day = await openPublishedDay(a3, two.manifest);
  expect(day.manifest.shards.length).toBeGreaterThan(1);
  return (key: string | null, question: Partial<ImpactQuestion> = {}) =>
    findImpact(a3, day, { key, isMeant: (one) => one.key === key, limit: 10, ...question });
}

describe('the impact of a look-up row', () => {
  it('is the documents whose last transformation looked at it, with the rows that rest on it', async () => {
    const impactOf = await published();

    expect(await impactOf('acme')).toEqual({
      documents: 2,
      published: 1,
      rejected: 1,
      rows: 2,
      namespaces: [
        { namespace: 'mac', documents: 1, published: 1, rejected: 0, rows: 2 },
        { namespace: 'pwm', documents: 1, published: 0, rejected: 1, rows: 0 },
      ],
      examples: [
        { namespace: 'mac', lex_id: 'a', state: 'published' },
        { namespace: 'pwm', lex_id: 'a', state: 'rejected' },
      ],
    });
    expect(await impactOf('beta')).toMatchObject({ documents: 3, published: 2, rejected: 1, rows: 2 });
  });

  it('is found whatever the key looks like, and is nothing where nobody looked', async () => {
    const impactOf = await published();

    expect(await impactOf('a "quoted",\\ key')).toMatchObject({ documents: 1, rows: 1 });
    expect(await impactOf('nobody')).toMatchObject({ documents: 0, rows: 0, namespaces: [], examples: [] });
  });

  it('of many keys is counted without reading rows, each document once', async () => {
    const impactOf = await published();
    const isMeant = ({ key }: Use) => key === 'acme' || key === 'beta';

    const impact = await impactOf(null, { isMeant, limit: 1 });

    expect(impact).toMatchObject({ documents: 4, published: 2, rejected: 2, rows: null });
    expect(impact.examples).toHaveLength(1);
  });
});
