/**
 * Look-ups that are imported while a run works: whatever moment it is, the next day makes it right, once. All 236 moments
 * of the day (each call of a store), and hundreds of imports that took from one moment to a later one, were tried when
 * this was written; some of each are tried here.
 */
import { describe, expect, it } from 'vitest';
import { entityItem, lawItem } from '../../src/agreements/make-look-up-items.ts';
import type { ChangeLine, TableRow } from '../../src/publish/published.ts';
import {
  openPublishedDay,
  readChanges,
  readLedger,
  readRejected,
  readTable,
} from '../../src/publish/read-published.ts';
import { whileNoted } from '../../src/stores/change-look-ups.ts';
import { type Functions, JobHome } from './support/job-home.ts';
import { documentId } from './support/lex-books.ts';
import type { StoreFault } from './support/paced-store.ts';

const [ONE, DAY, NEXT, LAST] = ['2021-10-20', '2021-10-21', '2021-10-22', '2021-10-25'] as const;
const NEVADA = { law: 'Nevada' } as const;
const KEYS = [
  { table: 'GoverningLaw', key: 'nevada' },
  { table: 'Entity', key: 'stranger ltd' },
] as const;

/** A first day with two documents under the law, one of a stranger; the next day, another and a new one under it. */
async function begin(): Promise<JobHome> {
  const home = await JobHome.begin([1, 6]);
  home.put(2, NEVADA);
  home.put(5, NEVADA);
  home.put(3, { counterparty: 'Stranger Ltd' });
  home.put(4);
  await succeed(home, ONE);
  home.put(4, NEVADA);
  home.put(7, NEVADA);
  return home;
}

async function succeed(home: JobHome, date: string, ...faults: Parameters<JobHome['run']>[1][]): Promise<void> {
  expect(await home.run(date, ...faults)).toMatchObject({ status: 'SUCCEEDED' });
}

/** An import that goes on when it is told: it notes, then writes, then says that it is done. */
function startImport({ stores }: JobHome) {
  const [write, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ended = whileNoted(KEYS, stores.jobDailyA3Data, async () => {
    await write.promise;
    await stores.governingLaws.putAll([lawItem('Nevada', 'State of Nevada')]);
    await stores.entities.putAll([entityItem('Stranger Ltd', ['CP'], {})]);
    await done.promise;
  });
  return { write: write.resolve, done: done.resolve, ended };
}

async function importAll(home: JobHome): Promise<void> {
  const { write, done, ended } = startImport(home);
  write();
  done();
  await ended;
}

/** Runs the days that follow, and holds the last table and what led to it to what must be. */
async function expectMended(home: JobHome): Promise<void> {
  await succeed(home, NEXT);
  await succeed(home, LAST);
  const a3 = home.stores.jobDailyA3Data;
  const changes: ChangeLine[] = [];
  for (const date of [DAY, NEXT, LAST]) {
    const day = await openPublishedDay(a3, `published/as_of=${date}/attempt=1/manifest.json`);
    changes.push(...(await Array.fromAsync(readChanges(a3, day))));
    if (date !== LAST) continue;
    const rows = await Array.fromAsync(readTable(a3, day));
    expect([...lawsOf(rows)]).toEqual(
      [
        ...[1, 3, 6].map((n) => [documentId('mac', n), 'New York']),
        ...[2, 4, 5, 7].map((n) => [documentId('mac', n), 'State of Nevada']),
      ].sort(),
    );
    expect(rows).toHaveLength(14);
    expect(await Array.fromAsync(readRejected(a3, day))).toEqual([]);
    expect((await readLedger(a3, day)).namespaces).toMatchObject([{ unchanged: 7, reprocessed: 0 }]);
  }
  const told = changes.map(({ lex_id, change, fields, 'A3.3': id }) => JSON.stringify([lex_id, id, change, fields]));
  expect(new Set(told).size).toBe(told.length);
  const become = changes.filter(({ fields }) => fields['A3.7']?.to === 'State of Nevada').map(({ lex_id }) => lex_id);
  for (const n of [2, 5]) expect(become.filter((id) => id === documentId('mac', n))).toHaveLength(1);
  for (const line of changes) if (line.fields['A3.7']?.from === 'Nevada') expect(line.cause).toBe('reprocessed');
}

/** Law of each document's first row. */
function lawsOf(rows: readonly TableRow[]): ReadonlyMap<string, string | null> {
  return new Map(rows.filter((row) => !row['A3.3']?.endsWith('-G')).map((row) => [row.lex_id, row['A3.7']]));
}

describe('an import in the middle of a run', () => {
  it.each([
    ['before Lex is asked for anything', 'GetTotalDocsInNamespaceAndCreateBatchesForLexQuery'],
    ['before pages are read', 'QueryNamespace'],
    ['before pages are joined', 'CalculateAndUpdateQueriedDocsInNamespace'],
    ['before slices are made', 'CreateBatchesForDeltaDocs'],
    ['before documents are transformed', 'TransformDocumentData'],
    ['before shards are built', 'CreateJobDailyA3Data'],
    ['after publication', 'UpdateAgreementHashes'],
  ] as const)('%s is made right by the next day, once', async (_, name) => {
    const home = await begin();
    let imported: Promise<void> | null = null;
    const functions = (real: Functions) => ({
      [name]: async (...args: Parameters<Functions[typeof name]>) => {
        imported ??= importAll(home);
        await imported;
        return real[name](...args);
      },
    });

    await succeed(home, DAY, { functions });

    expect(imported).not.toBeNull();
    await expectMended(home);
  });

  it.each([
    [3, 90, 120],
    [40, 41, 200],
    [100, 130, 131],
    [20, 150, 9_999],
    [110, 9_999, 9_999],
  ])('that notes, writes and ends at the calls %d, %d and %d of stores loses nothing', async (notes, writes, ends) => {
    const home = await begin();
    let calls = 0;
    let started: ReturnType<typeof startImport> | null = null;
    const store: StoreFault = () => {
      calls += 1;
      if (calls >= notes) started ??= startImport(home);
      if (calls >= writes) started?.write();
      if (calls >= ends) started?.done();
      return null;
    };

    await succeed(home, DAY, { store });
    started!.write();
    started!.done();
    await started!.ended;

    expect(calls).toBeGreaterThan(150);
    await expectMended(home);
  });
});
