import { describe, expect, it } from 'vitest';
import { lawItem } from '../../../src/agreements/make-look-up-items.ts';
import { LookUpOrigins } from '../../../src/publish/history/look-up-origins.ts';
import { changeLookUps } from '../../../src/stores/change-look-ups.ts';
import { recordImport } from '../../../src/stores/look-up-imports.ts';
import type { Origin } from '../../../src/stores/look-up-notes.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable, MemoryGoverningLawTable } from '../../fakes/memory-look-ups.ts';

const NY = { table: 'GoverningLaw', key: 'ny' } as const;
const through = (number: number, open: readonly number[] = []) => ({ through: number, open });

describe('the origin of a look-up row', () => {
  it('is the last that wrote it between two days, an import with its record', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const stores = {
      jobDailyA3Data: a3,
      entities: new MemoryEntityTable(),
      governingLaws: new MemoryGoverningLawTable(),
    };
    const write = (key: string, origin?: Origin) => changeLookUps(stores, { laws: [lawItem(key, 'x')] }, origin);
    const number = await recordImport(a3, {
      ...{ format: 1, kind: 'laws', at: '2021-10-20T06:00:00.000Z', by: 'Ada', removed: 0 },
      ...{ files: [], keys: { new: 1, changed: 0 } },
    });
    await write('ny', { work: 'built-in laws' });
    await write('ny', { import: number });
    await write('nyc', { work: 'enrichment' });
    await write('tx');
    const origins = new LookUpOrigins(a3);

    expect(await origins.of(NY, through(0), through(4))).toMatchObject({ import: { number, by: 'Ada' } });
    expect(await origins.of(NY, through(0), through(1))).toMatchObject({ work: 'built-in laws' });
    expect(await origins.of(NY, through(2), through(4))).toBeNull();
    expect(await origins.of(NY, through(2, [2]), through(4))).toMatchObject({ import: { number } });
    expect(await origins.of({ table: 'Entity', key: 'ny' }, through(0), through(4))).toBeNull();
    expect(await origins.of({ table: 'GoverningLaw', key: 'tx' }, through(0), through(4))).toMatchObject({
      work: null,
    });
    expect(await origins.of(NY, null, through(4))).toBeNull();
  });
});
