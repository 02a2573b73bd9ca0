import { beforeAll, describe, expect, it } from 'vitest';
import type { PublishedDay } from '../../../src/publish/read-published.ts';
import { type TextsRecord, textsRecordKey } from '../../../src/publish/retention/texts-record.ts';
import type { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { textsRecordOf } from '../retention/texts-record-of.ts';
import { altered, publishThree, verify } from './days.ts';

let a3: MemoryJobDailyA3Data;
let day: PublishedDay;
let paths: readonly string[];
let record: TextsRecord;

beforeAll(async () => {
  const [store, days] = await publishThree();
  [a3, day] = [store, days[1]!];
  paths = day.manifest.shards.flatMap(({ texts }) => texts?.path ?? []);
  record = textsRecordOf(day.manifest, 'Ada');
});

/** The day without these texts, and with this record. */
function without(gone: readonly string[], told: object | string | null) {
  const body = told === null ? null : Buffer.from(typeof told === 'string' ? told : JSON.stringify(told));
  const files = gone.map((path) => [`${day.folder}/${path}`, null] as const);
  return verify(altered(a3, new Map([...files, [textsRecordKey(day.manifest), body]])), day);
}

describe('verifying a day whose raw texts retention has deleted', () => {
  it('passes, and names what was deleted, by whom, when, and by which record', async () => {
    const found = await without(paths, record);

    expect(found).toMatchObject({ fault_count: 0, faults: [] });
    expect(found.claims.filter(({ state }) => state !== 'shown')).toEqual([
      { claim: 'texts', state: 'not shown', faults: 0, reason: 'all deleted on 2021-11-08 by retention (Ada)' },
    ]);
    expect(found.notes).toHaveLength(1);
    for (const text of [...paths, 'retention/2021-10-21/1.texts.json']) expect(found.notes[0]).toContain(text);
  });

  it('holds the parts that are still there to their digests', async () => {
    expect(paths.length).toBeGreaterThan(1);
    const found = await without(paths.slice(0, 1), record);
    expect(found.fault_count).toBe(0);
    expect(found.notes[0]).toContain(paths[0]);
    expect(found.notes[0]).not.toContain(paths[1]);

    const body = Buffer.from((await a3.get(`${day.folder}/${paths[1]}`))!);
    body[20]! ^= 1;
    const changes = new Map<string, Buffer | null>([
      [`${day.folder}/${paths[0]}`, null],
      [`${day.folder}/${paths[1]}`, body],
      [textsRecordKey(day.manifest), Buffer.from(JSON.stringify(record))],
    ]);
    expect((await verify(altered(a3, changes), day)).faults.map(({ file }) => file)).toEqual([paths[1]]);
  });

  it.each([
    ['without a record', () => null],
    ['with a record of another manifest', () => ({ ...record, manifest_sha256: 'ab'.repeat(32) })],
    ['with a record that does not name them', () => ({ ...record, parts: [] })],
    ['with a record that is none', () => '{"format":1}'],
    ['with a record that is damaged', () => '{'],
  ])('fails %s', async (_, told) => {
    const found = await without(paths, told());

    expect(found.faults.map(({ claim, file, what }) => [claim, file, what.slice(0, 10)])).toEqual(
      paths.map((path) => ['files', path, 'is missing']),
    );
  });

  it('says nothing of a record that was not carried out', async () => {
    const found = await without([], record);
    expect(found).toMatchObject({ fault_count: 0, notes: [] });
    expect(found.claims.every(({ state }) => state === 'shown')).toBe(true);
  });
});
