import { describe, expect, it } from 'vitest';
import { readReprocessList } from '../../src/steps/reprocess/reprocess-list.ts';
import { ReprocessLists } from '../../src/steps/reprocess/write-reprocess-lists.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';

const ATTEMPT = { business_date: '2021-10-20', attempt: 1 };

function places(ids: string) {
  return [...ids].map((lex_id) => ({ namespace: 'mac', lex_id }));
}

describe('the reprocess list of a namespace', () => {
  it('holds every document once, ascending, though a turn died and its second call found others', async () => {
    const delta = new MemoryObjectStore();
    const first = await ReprocessLists.open(ATTEMPT, {}, null, delta);
    await first.add(places('ab'));
    await first.flush();
    const turn = async (ids: string) => {
      const lists = await ReprocessLists.open(ATTEMPT, first.counts, 'mac', delta);
      await lists.add(places(ids));
      await lists.finish();
      return lists.counts;
    };
    await turn('cf'); // Dies here, and a look-up row changes.

    expect(await turn('cdf')).toEqual({ mac: 5 });

    const list = await readReprocessList(delta, ATTEMPT, 'mac');
    list.seek(null);
    expect([...'abcdefg'].filter((id) => list.has(id)).join('')).toBe('abcdf');
  });
});
