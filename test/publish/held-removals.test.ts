import { describe, expect, it } from 'vitest';
import type { HeldReason } from '../../src/job/contracts.ts';
import { openPublishedDay, readHeldRemovals, readTable } from '../../src/publish/read-published.ts';
import type { HeldRemovalLine } from '../../src/publish/slice-output.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { type DaySlice, publishDay, transformedRow, validLine } from './day-fixture.ts';
import { forged, verify } from './verify/days.ts';

const MONDAY = { business_date: '2021-10-18', attempt: 1 };
const TUESDAY = { business_date: '2021-10-19', attempt: 1 };
const IDS = Array.from({ length: 30 }, (_, i) => `m-${i + 10}`);
const held = (lex_id: string, reason: HeldReason = 'too_many'): HeldRemovalLine => ({ op: 'held', lex_id, reason });

/** Thirty documents on Monday; then Tuesday's slices. */
async function tuesday(slices: readonly DaySlice[]) {
  const a3 = new MemoryJobDailyA3Data();
  const lines = IDS.map((id) => validLine(id, [transformedRow({ 'A3.3': id })], 'x'));
  const monday = await publishDay(a3, MONDAY, null, [{ namespace: 'mac', lines }]);
  const output = await publishDay(a3, TUESDAY, monday.manifest, slices);
  return { a3, output, day: await openPublishedDay(a3, output.manifest) };
}

describe('removals that were held back', () => {
  it('are listed with the day in the order of places, whatever slices they come from, and change no row', async () => {
    const { a3, output, day } = await tuesday([
      { namespace: 'mac', lines: IDS.slice(15).map((id) => held(id)) },
      { namespace: 'mac', lines: [...IDS.slice(1, 15).map((id) => held(id)), { op: 'removed', lex_id: 'm-10' }] },
      { namespace: 'cct', lines: [held('c-1', 'unanswered')] },
    ]);

    expect(await Array.fromAsync(readHeldRemovals(a3, day))).toEqual([
      { namespace: 'cct', lex_id: 'c-1', reason: 'unanswered' },
      ...IDS.slice(1).map((lex_id) => ({ namespace: 'mac', lex_id, reason: 'too_many' })),
    ]);
    expect(output.held_removals?.groups).toEqual([
      { namespace: 'cct', reason: 'unanswered', count: 1 },
      { namespace: 'mac', reason: 'too_many', count: 29 },
    ]);
    expect(output.held_removals?.first).toHaveLength(10);
    expect((await Array.fromAsync(readTable(a3, day))).map(({ lex_id }) => lex_id)).toEqual(IDS.slice(1));
    expect((await verify(a3, day)).faults).toEqual([]);
  });

  it('leave no file where there is none', async () => {
    const { a3, output, day } = await tuesday([{ namespace: 'mac', lines: [] }]);

    expect(day.manifest.held_removals).toBeNull();
    expect(output.held_removals).toEqual({ groups: [], first: [] });
    expect(await a3.get(`${day.folder}/held-removals.ndjson.gz`)).toBeNull();
  });

  it('are fewer than were held back only where a slice failed', async () => {
    const lines = [held('m-11'), held('m-12')];
    const { a3, day } = await tuesday([
      { namespace: 'mac', lines },
      { namespace: 'mac', lines: [held('m-13')], failed: true },
    ]);
    const ledger = JSON.parse((await a3.get(`${day.folder}/ledger.json`))!.toString());

    expect(ledger.namespaces).toMatchObject([{ removals_held: 3, held_listed: 2 }]);
    expect((await verify(a3, day)).faults).toEqual([]);
  });

  it.each<[string, (text: string) => string]>([
    ['is gone from the list', (text) => text.replace(/.*m-12.*\n/, '')],
    ['stands there twice', (text) => text.replace(/(.*m-12.*\n)/, '$1$1')],
    ['is of a namespace that the run did not have', (text) => text.replace('"mac"', '"abc"')],
    ['has a reason that there is not', (text) => text.replace('too_many', 'whatever')],
  ])('are missed by `verify` when one %s, though the manifest was made for it', async (_, edit) => {
    const { a3, day } = await tuesday([{ namespace: 'mac', lines: [held('m-11'), held('m-12')] }]);

    const found = await verify(await forged(a3, day, { 'held-removals.ndjson.gz': edit }), day);

    expect(found.faults.map(({ claim }) => claim)).toContain('ledger');
  });
});
