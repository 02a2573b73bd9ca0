import { describe, expect, it } from 'vitest';
import { publishedFolder } from '../../src/publish/attempt-files.ts';
import { readPublishedLines } from '../../src/publish/published-file-reader.ts';
import {
  openPublishedDay,
  readChanges,
  readRejected,
  readTable,
  resolveAsOf,
} from '../../src/publish/read-published.ts';
import { csvTable, flatTable, ndjsonTable } from '../../src/publish/table-formats.ts';
import { writeAsOf } from '../../src/publish/write-as-of.ts';
import type { LockItem } from '../../src/stores/job-stats.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { type DaySlice, publishDay, rejectedLine, transformedRow, validLine } from './day-fixture.ts';

const DAY = { business_date: '2021-10-20', attempt: 1 };
const TABLE = `${publishedFolder(DAY)}/table/shard-00000.ndjson.gz`;

const SLICES: readonly DaySlice[] = [
  {
    namespace: 'mac',
    lines: [
      validLine('m-1', [transformedRow({ 'A3.2': 'R', 'A3.3': 'A-1', 'A3.4': 'One, "two"', 'A3.16': null })]),
      validLine('m-2', [transformedRow({ 'A3.2': 'R', 'A3.3': 'A-2', 'A3.14': '1 Main St' })]),
      rejectedLine('m-3'),
    ],
  },
];

/** A store where one file's bytes are others. */
class DamagedA3Data extends MemoryJobDailyA3Data {
  readonly #damage: (key: string, body: Buffer) => Buffer | null;
  constructor(damage: (key: string, body: Buffer) => Buffer | null) {
    super();
    this.#damage = damage;
  }
  override async get(key: string): Promise<Buffer | null> {
    const body = await super.get(key);
    return body === null ? null : this.#damage(key, body);
  }
}

async function readWith(damage: (body: Buffer) => Buffer | null) {
  let isDamaged = false;
  const a3 = new DamagedA3Data((key, body) => (isDamaged && key === TABLE ? damage(body) : body));
  const { manifest } = await publishDay(a3, DAY, null, SLICES);
  isDamaged = true;
  return Array.fromAsync(readTable(a3, await openPublishedDay(a3, manifest)));
}

describe('reading a published table', () => {
  it('gives back every row when nothing is damaged', async () => {
    expect(await readWith((body) => body)).toHaveLength(2);
  });

  it.each([
    ['cut short', (body: Buffer) => body.subarray(0, body.length - 9)],
    ['cut to its first bytes', (body: Buffer) => body.subarray(0, 30)],
    ['empty', () => Buffer.alloc(0)],
    ['with bytes behind its end', (body: Buffer) => Buffer.concat([body, Buffer.from('more')])],
    ['with zeros behind its end', (body: Buffer) => Buffer.concat([body, Buffer.alloc(100_000)])],
    ['with another header', (body: Buffer) => body.with(9, 3)],
    ['gone', () => null],
  ])('refuses a shard that is %s, naming it', async (_, damage) => {
    const reading = readWith(damage as (body: Buffer) => Buffer | null);
    await expect(reading).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { key: TABLE } });
  });

  it('refuses a base shard that is damaged when the next day is built on it', async () => {
    let isDamaged = false;
    const a3 = new DamagedA3Data((key, body) => (isDamaged && key === TABLE ? body.subarray(0, 40) : body));
    const { manifest } = await publishDay(a3, DAY, null, SLICES);
    isDamaged = true;

    for (const [attempt, lines] of [[2, [validLine('m-2', [])]] as const, [3, []] as const]) {
      const next = publishDay(a3, { ...DAY, attempt }, manifest, [{ namespace: 'mac', lines }]);
      await expect(next).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { key: TABLE } });
      expect(await a3.get(`${publishedFolder({ ...DAY, attempt })}/manifest.json`)).toBeNull();
    }
  });

  it('refuses a manifest that is not there or cannot be parsed', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const key = `${publishedFolder(DAY)}/manifest.json`;
    await expect(openPublishedDay(a3, key)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await a3.putOnce(key, Buffer.from('{"format":1'));
    await expect(openPublishedDay(a3, key)).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { key } });
    await expect(openPublishedDay(a3, 'records/x')).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
  });
});

describe('the table as people take it', () => {
  async function text(
    format: (rows: ReturnType<typeof readTable>, date: string) => AsyncIterable<string>,
  ): Promise<string> {
    const a3 = new MemoryJobDailyA3Data();
    const { manifest } = await publishDay(a3, DAY, null, SLICES);
    const rows = readTable(a3, await openPublishedDay(a3, manifest));
    return (await Array.fromAsync(format(rows, DAY.business_date))).join('');
  }

  it('is NDJSON with the 20 keys in field order', async () => {
    const [first] = (await text(ndjsonTable)).split('\n');
    expect(first).toMatch(/^\{"A3\.1":"2021-10-20","A3\.2":"R","A3\.3":"A-1","A3\.4":"One, \\"two\\"",/);
    expect(Object.keys(JSON.parse(first ?? '') as object)).toHaveLength(20);
  });

  it('is CSV with a header row, quotes where needed, and CRLF', async () => {
    const lines = (await text(csvTable)).split('\r\n');
    expect(lines[0]).toMatch(/^A3\.1,A3\.2,A3\.3,A3\.4,A3\.5,A3\.6,A3\.6\.1,.*,A3\.16$/);
    expect(lines[1]).toBe(`2021-10-20,R,A-1,"One, ""two"""${','.repeat(16)}`);
    expect(lines).toHaveLength(4);
  });

  it('is a flat file with tildes, with or without a header row', async () => {
    const plain = await text((rows, date) => flatTable(rows, date, { header: false }));
    expect(plain.split('\n')[1]).toBe(`2021-10-20~R~A-2${'~'.repeat(15)}1 Main St~~`);
    const headed = await text((rows, date) => flatTable(rows, date, { header: true }));
    expect(headed.split('\n')[0]).toMatch(/^A3\.1~A3\.2~.*~A3\.16$/);
  });

  it('refuses to write a flat file with a value that would break its columns', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const lines = [validLine('m-1', [transformedRow({ 'A3.3': 'A~1' })])];
    const { manifest } = await publishDay(a3, DAY, null, [{ namespace: 'mac', lines }]);
    const rows = readTable(a3, await openPublishedDay(a3, manifest));
    const writing = Array.fromAsync(flatTable(rows, DAY.business_date, { header: false }));
    await expect(writing).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { lex_id: 'm-1' } });
  });
});

describe('the table of a date', () => {
  const lock = (head: string | null, as_of: string | null) => ({
    getLock: async (): Promise<LockItem> => ({ owner: null, fence: 1, head, as_of, hashes_of: null }),
  });

  it('is the head on its date, else the pointer', async () => {
    const a3 = new MemoryJobDailyA3Data();
    await writeAsOf({ ...DAY, phase: 'as_of', manifest: 'older' }, { a3 });
    const jobStats = lock('newer', '2021-10-20');
    expect(await resolveAsOf({ jobStats, a3 }, '2021-10-20')).toBe('newer');
    expect(await resolveAsOf({ jobStats: lock('later', '2021-10-21'), a3 }, '2021-10-20')).toBe('older');
  });

  it('stays that of the later attempt when the run of an earlier one wakes up, and a damaged pointer is written anew', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const again = { ...DAY, attempt: 2 };
    const first = await publishDay(a3, DAY, null, SLICES);
    const second = await publishDay(a3, again, first.manifest, []);
    const jobStats = lock('later', '2021-10-21');
    const table = () => resolveAsOf({ jobStats, a3 }, DAY.business_date);

    await writeAsOf({ ...DAY, phase: 'as_of', manifest: first.manifest }, { a3 });
    expect(await table()).toBe(first.manifest);
    await writeAsOf({ ...again, phase: 'as_of', manifest: second.manifest }, { a3 });
    await writeAsOf({ ...DAY, phase: 'as_of', manifest: first.manifest }, { a3 });
    expect(await table()).toBe(second.manifest);
    await a3.putPointer('as_of/2021-10-20.json', Buffer.from('{"mani'));
    await writeAsOf({ ...again, phase: 'as_of', manifest: second.manifest }, { a3 });
    expect(await table()).toBe(second.manifest);
  });

  it('is refused where there is none, with the last good date before it', async () => {
    const a3 = new MemoryJobDailyA3Data();
    await writeAsOf({ ...DAY, phase: 'as_of', manifest: 'm' }, { a3 });
    const jobStats = lock('m2', '2021-10-25');
    const details = (date: string) => resolveAsOf({ jobStats, a3 }, date).catch((error) => error.details);
    expect(await details('2021-10-22')).toEqual({ business_date: '2021-10-22', last: '2021-10-20' });
    expect(await details('2021-10-27')).toEqual({ business_date: '2021-10-27', last: '2021-10-25' });
    expect(await details('2021-10-19')).toEqual({ business_date: '2021-10-19' });
    await expect(resolveAsOf({ jobStats, a3 }, '2021-10-19')).rejects.toMatchObject({ code: 'NO_TABLE_FOR_DATE' });
  });
});

async function textsOf(a3: MemoryJobDailyA3Data, key: string): Promise<readonly unknown[]> {
  const { folder, manifest } = await openPublishedDay(a3, key);
  const parts = manifest.shards.flatMap(({ texts }) => texts ?? []);
  const lines = await Promise.all(parts.map((part) => Array.fromAsync(readPublishedLines(a3, folder, part))));
  return lines.flat(2).map((line) => JSON.parse(line));
}

describe('a day', () => {
  it('keeps the raw text, findings and first day of a document that stays rejected', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const one = await publishDay(a3, DAY, null, SLICES);
    const two = await publishDay(a3, { business_date: '2021-10-21', attempt: 1 }, one.manifest, []);

    const read = async (manifest: string) => Array.fromAsync(readRejected(a3, await openPublishedDay(a3, manifest)));
    const entries = await read(two.manifest);
    expect(entries).toEqual(await read(one.manifest));
    expect(entries).toMatchObject([{ lex_id: 'm-3', since: '2021-10-20', kind: 'document', raw_text: { bytes: 11 } }]);
    for (const { manifest } of [one, two]) {
      expect(await textsOf(a3, manifest)).toMatchObject([{ lex_id: 'm-3', raw: '{"raw":"x"}', kind: 'document' }]);
    }
  });

  it('logs rows that turn stale and current again without a field', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const one = await publishDay(a3, DAY, null, SLICES);
    const two = { business_date: '2021-10-21', attempt: 1 };
    const bad = await publishDay(a3, two, one.manifest, [{ namespace: 'mac', lines: [rejectedLine('m-2')] }]);
    const three = { business_date: '2021-10-22', attempt: 1 };
    const mended = SLICES[0]?.lines.filter((line) => 'lex_id' in line && line.lex_id === 'm-2') ?? [];
    const good = await publishDay(a3, three, bad.manifest, [{ namespace: 'mac', lines: mended }]);

    const changes = async (manifest: string) => Array.fromAsync(readChanges(a3, await openPublishedDay(a3, manifest)));
    const stale = { from: null, to: '2021-10-21' };
    expect(await changes(bad.manifest)).toMatchObject([{ change: 'changed', cause: 'rejected', fields: {}, stale }]);
    expect(bad).toMatchObject({ stale: 1, rejected: 2 });
    const current = { from: '2021-10-21', to: null };
    expect(await changes(good.manifest)).toMatchObject([{ change: 'changed', fields: {}, stale: current }]);
    expect(good).toMatchObject({ stale: 0, rejected: 1 });
  });
});
