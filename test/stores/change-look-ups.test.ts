import { describe, expect, it } from 'vitest';
import { entityItem, lawItem } from '../../src/agreements/make-look-up-items.ts';
import { TransientError } from '../../src/errors.ts';
import { changeLookUps } from '../../src/stores/change-look-ups.ts';
import { nextNote, noteDoneKey, noteKey, parseNote } from '../../src/stores/look-up-notes.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable, MemoryGoverningLawTable } from '../fakes/memory-look-ups.ts';

function makeStores() {
  return {
    jobDailyA3Data: new MemoryJobDailyA3Data(),
    entities: new MemoryEntityTable(),
    governingLaws: new MemoryGoverningLawTable(),
  };
}

async function keysOf(a3: MemoryJobDailyA3Data, number: number): Promise<readonly string[]> {
  const body = await a3.get(noteKey(number));
  return parseNote(noteKey(number), body!).map(({ table, key }) => `${table} ${key}`);
}

describe('a change of look-ups', () => {
  it('is noted before it is made, and done after it', async () => {
    const stores = makeStores();
    const seen: string[] = [];
    const watched = {
      ...stores,
      jobDailyA3Data: {
        firstLine: (key: string) => stores.jobDailyA3Data.firstLine(key),
        putOnce: async (key: string, body: Uint8Array) => {
          seen.push(key);
          await stores.jobDailyA3Data.putOnce(key, body);
        },
      },
      entities: { putAll: async () => void seen.push('entities') },
      governingLaws: { putAll: async () => void seen.push('laws') },
    };

    await changeLookUps(watched, { entities: [entityItem('A', ['CO'], {})], laws: [lawItem('ny', 'New York')] });

    expect(seen).toEqual([noteKey(1), 'entities', 'laws', noteDoneKey(1)]);
    expect(await keysOf(stores.jobDailyA3Data, 1)).toEqual(['Entity a', 'GoverningLaw ny']);
  });

  it('stays open when its rows could not be put', async () => {
    const stores = makeStores();
    const entities = { putAll: () => Promise.reject(new Error('the power is gone')) };

    const change = changeLookUps({ ...stores, entities }, { entities: [entityItem('A', ['CO'], {})] });

    await expect(change).rejects.toThrow('the power is gone');
    expect(await stores.jobDailyA3Data.get(noteKey(1))).not.toBeNull();
    expect(await stores.jobDailyA3Data.get(noteDoneKey(1))).toBeNull();
  });

  it('of nothing leaves nothing', async () => {
    const stores = makeStores();
    await changeLookUps(stores, {});

    expect(await nextNote(stores.jobDailyA3Data)).toBe(1);
  });

  it('gets a number of its own beside others, without holes, even where others write the same rows', async () => {
    const stores = makeStores();
    await Promise.all(Array.from({ length: 9 }, () => changeLookUps(stores, { laws: [lawItem('ny', 'New York')] })));

    expect(await nextNote(stores.jobDailyA3Data)).toBe(10);
    for (let number = 1; number < 10; number += 1) {
      expect(await keysOf(stores.jobDailyA3Data, number)).toEqual(['GoverningLaw ny']);
    }
  });

  it('waits for a number that another writer is just taking, and leaves none out', async () => {
    const stores = makeStores();
    let busy = 3;
    const putOnce = (key: string, body: Uint8Array): Promise<void> => {
      if (key === noteKey(1) && busy-- > 0) throw new TransientError('PUBLISHED_BUSY', 'Taken.');
      return stores.jobDailyA3Data.putOnce(key, body);
    };
    const a3 = { firstLine: (key: string) => stores.jobDailyA3Data.firstLine(key), putOnce };

    await changeLookUps({ ...stores, jobDailyA3Data: a3 }, { laws: [lawItem('ny', 'New York')] });

    expect(await keysOf(stores.jobDailyA3Data, 1)).toEqual(['GoverningLaw ny']);
  });

  it('is refused as a note when it is damaged', () => {
    for (const text of ['', '{"format":1,"count":2}\n["Entity","a"]\n', '{"format":1,"count":1}\n["Other","a"]\n']) {
      expect(() => parseNote('n', Buffer.from(text))).toThrowError(/STORE_CORRUPT/);
    }
  });
});
