import { describe, expect, it } from 'vitest';
import type { TableFinding } from '../../src/publish/published.ts';
import { openPublishedDay, readFindings } from '../../src/publish/read-published.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { type DaySlice, publishDay, transformedRow, validLine } from './day-fixture.ts';

async function findings(slices: readonly DaySlice[]): Promise<readonly TableFinding[]> {
  const a3 = new MemoryJobDailyA3Data();
  const { manifest } = await publishDay(a3, { business_date: '2021-10-20', attempt: 1 }, null, slices);
  return Array.fromAsync(readFindings(a3, await openPublishedDay(a3, manifest)));
}

const document = (namespace: string, id: string, ...rows: Parameters<typeof transformedRow>[0][]): DaySlice => ({
  namespace,
  lines: [
    validLine(
      id,
      rows.map((values) => transformedRow(values)),
    ),
  ],
});

describe('table findings', () => {
  it('TABLE-A3.3-duplicate: one identifier in two documents that differ', async () => {
    const found = await findings([
      document('mac', 'm-1', { 'A3.3': 'A-1', 'A3.4': 'ISDA' }),
      document('pwm', 'p-1', { 'A3.3': 'A-1', 'A3.4': 'Guarantee' }),
    ]);
    expect(found).toEqual([
      {
        rule: 'TABLE-A3.3-duplicate',
        field: 'A3.3',
        message: 'The agreement identifier stands in 2 documents that differ.',
        value: 'A-1',
        rows: [
          { namespace: 'mac', lex_id: 'm-1', 'A3.3': 'A-1' },
          { namespace: 'pwm', lex_id: 'p-1', 'A3.3': 'A-1' },
        ],
        count: 2,
      },
    ]);
  });

  it('TABLE-A3.3-duplicate: not for documents that say the same, nor for rows of one document', async () => {
    const rows = [
      { 'A3.3': 'A-1', 'A3.6': 'X' },
      { 'A3.3': 'A-1', 'A3.6': 'Y' },
    ];
    expect(await findings([document('mac', 'm-1', ...rows)])).toEqual([]);
    expect(await findings([document('mac', 'm-1', ...rows), document('pwm', 'p-1', ...rows)])).toEqual([]);
  });

  it.each(['A3.12', 'A3.12.3'] as const)('TABLE-%s-dangling: an identifier that no row has', async (field) => {
    const found = await findings([
      document('mac', 'm-1', { 'A3.3': 'A-1', [field]: 'A-2' }, { 'A3.3': 'A-2', [field]: 'A-7' }),
      document('pwm', 'p-1', { 'A3.3': 'B-1', [field]: 'A-7' }),
    ]);
    expect(found).toMatchObject([
      { rule: `TABLE-${field}-dangling`, field, value: 'A-7', count: 2, rows: [{ 'A3.3': 'A-2' }, { lex_id: 'p-1' }] },
    ]);
  });

  it('shows ten rows and counts them all, in the order of rule and value', async () => {
    const many = Array.from({ length: 12 }, (_, i) => ({
      'A3.3': `A-${i}`,
      'A3.12': 'gone',
      'A3.12.3': `none-${i % 2}`,
    }));
    const found = await findings([document('mac', 'm-1', ...many)]);
    expect(found.map(({ rule, value, count, rows }) => [rule, value, count, rows.length])).toEqual([
      ['TABLE-A3.12-dangling', 'gone', 12, 10],
      ['TABLE-A3.12.3-dangling', 'none-0', 6, 6],
      ['TABLE-A3.12.3-dangling', 'none-1', 6, 6],
    ]);
  });
});
