/** Days on which documents are changed, rejected, removed and left alone, published one on the other. */
import fc from 'fast-check';
import type { HistoryDay } from '../../../src/publish/history/published-days.ts';
import { openPublishedDay } from '../../../src/publish/read-published.ts';
import type { SliceLine } from '../../../src/publish/slice-output.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { publishDay, rejectedLine, transformedRow, validLine } from '../day-fixture.ts';

export const IDS = Array.from({ length: 20 }, (_, i) => `doc-${String(i).padStart(2, '0')}`);

export type Op = 'keep' | 'again' | 'other' | 'more' | 'rejected' | 'removed' | 'held';
export const ALL = IDS.map((): Op => 'keep');
export const dayPlan = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Op>('keep') },
    { weight: 1, arbitrary: fc.constantFrom<Op>('again', 'other', 'more', 'rejected', 'removed', 'held') },
  ),
  { minLength: IDS.length, maxLength: IDS.length },
);

function lineOf(id: string, op: Op, day: number): SliceLine | null {
  const row = (agreement: string, name: string) =>
    transformedRow({ 'A3.2': 'BANK', 'A3.3': agreement, 'A3.4': name, 'A3.6': 'X' });
  switch (op) {
    case 'keep':
      return null;
    case 'again':
      return validLine(id, [row(`${id}/1`, 'first')], `${day}`);
    case 'other':
      return validLine(id, [row(`${id}/1`, `name ${day}`)], `${day}`);
    case 'more':
      return validLine(id, [row(`${id}/1`, 'first'), row(`${id}/2`, `annex ${day}`)], `${day}`);
    case 'rejected':
      return rejectedLine(id, `${day}`);
    case 'removed':
      return { op: 'removed', lex_id: id };
    case 'held':
      return { op: 'held', lex_id: id, reason: 'too_many' };
  }
}

/** Publishes day after day, the oldest first, in shards that split and merge. */
export async function publish(
  plans: readonly (readonly Op[])[],
): Promise<[MemoryJobDailyA3Data, readonly HistoryDay[]]> {
  const a3 = new MemoryJobDailyA3Data();
  const days: HistoryDay[] = [];
  for (const [number, plan] of plans.entries()) {
    const lines = plan.flatMap((op, i) => lineOf(IDS[i]!, number === 0 ? 'again' : op, number) ?? []);
    const id = { business_date: `2021-10-${10 + number}`, attempt: 1 };
    const { manifest } = await publishDay(a3, id, days.at(-1)?.key ?? null, [{ namespace: 'mac', lines }]);
    days.push({ ...(await openPublishedDay(a3, manifest)), base: days.length === 0 ? 'none' : 'known' });
  }
  return [a3, days];
}
