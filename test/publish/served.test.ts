import { describe, expect, it } from 'vitest';
import type { NamespaceCounts } from '../../src/job/contracts.ts';
import { loadManifest } from '../../src/publish/manifest.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { type DaySlice, publishDay, rejectedLine, transformedRow, validLine } from './day-fixture.ts';

const MONDAY = { business_date: '2021-10-18', attempt: 1 };
const TUESDAY = { business_date: '2021-10-19', attempt: 1 };
const SLICE: DaySlice = { namespace: 'mac', lines: [validLine('a', [transformedRow({ 'A3.3': 'A-1' })], 'new')] };
const BEFORE = { lookUps: { through: 1, open: [] }, replaysThrough: 1 };
const NOW = { lookUps: { through: 5, open: [4] }, replaysThrough: 3 };

/** What Tuesday's manifest says is served, when that is what its pages said. */
async function servedAfter(counts: Partial<NamespaceCounts>, slices: readonly DaySlice[] = [SLICE]) {
  const a3 = new MemoryJobDailyA3Data();
  const { manifest: base } = await publishDay(a3, MONDAY, null, [SLICE], BEFORE);
  const query = (all: readonly NamespaceCounts[]) => all.map((one) => ({ ...one, ...counts }));
  const { manifest } = await publishDay(a3, TUESDAY, base, slices, { ...NOW, query });
  const { replays_through, look_ups } = await loadManifest(a3, manifest);
  return { replays_through, look_ups };
}

describe('what a manifest says is served', () => {
  it('is all of it when every document was read', async () => {
    expect(await servedAfter({})).toEqual({ replays_through: 3, look_ups: NOW.lookUps });
  });

  it.each<[string, Partial<NamespaceCounts>]>([
    ['a page failed', { failed_pages: 1 }],
    ['ids were read by nobody, since a worker died behind its last page', { gaps: 1, complete: false }],
    ['Lex could not be asked about the namespace at all', { total_docs: null, complete: false }],
  ])('stays as it was when %s', async (_, counts) => {
    expect(await servedAfter(counts)).toEqual({ replays_through: 1, look_ups: BEFORE.lookUps });
  });

  it('stays as it was when a slice failed', async () => {
    const failed: DaySlice = { namespace: 'mac', lines: [rejectedLine('b')], failed: true };
    expect(await servedAfter({}, [SLICE, failed])).toEqual({ replays_through: 1, look_ups: BEFORE.lookUps });
  });

  it('are the replays, but not the look-ups, beside what may be in the table for long', async () => {
    const served = { replays_through: 3, look_ups: BEFORE.lookUps };
    const held: DaySlice = { namespace: 'mac', lines: [{ op: 'held', lex_id: 'b', reason: 'too_many' }] };
    expect(await servedAfter({}, [SLICE, held])).toEqual(served);
    expect(await servedAfter({ complete: false })).toEqual(served);
  });
});
