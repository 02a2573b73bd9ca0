import { describe, expect, it } from 'vitest';
import { manifestKey, publishedFolder } from '../../src/publish/attempt-files.ts';
import { readPublishedLines } from '../../src/publish/published-file-reader.ts';
import {
  openPublishedDay,
  readChanges,
  readRejected,
  readTable,
  resolveAsOf,
} from '../../src/publish/read-published.ts';
import { rebuildPointers } from '../../src/publish/rebuild-pointers.ts';
import { csvTable, flatTable, ndjsonTable } from '../../src/publish/table-formats.ts';
import { writeAsOf } from '../../src/publish/write-as-of.ts';
import type { JobStatsRow, LockItem } from '../../src/stores/job-stats.ts';
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
  const keyOf = (business_date: string, attempt = 1) => manifestKey({ business_date, attempt });
  /** JobStats with these rows; those that say nothing else have succeeded, each with a fence of its own. */
  const stats = (head: string | null, as_of: string | null, rows: readonly Partial<JobStatsRow>[] = []) => ({
    getLock: async (): Promise<LockItem> => ({ owner: null, fence: 9, head, as_of, hashes_of: head }),
    async *listRuns({ business_date }: { readonly business_date?: string } = {}): AsyncIterable<JobStatsRow> {
      for (const [i, row] of rows.entries()) {
        const { business_date: date = '2021-10-20', attempt = 1 } = row;
        const execution_name = `agreements-${date}-attempt-${attempt}`;
        const all = {
          execution_name,
          status: 'succeeded' as const,
          fence: i + 1,
          ...row,
          business_date: date,
          attempt,
        };
        if (business_date === undefined || business_date === date) yield all;
      }
    },
  });
  const point = (a3: MemoryJobDailyA3Data, date: string, manifest: string) =>
    a3.putPointer(`as_of/${date}.json`, Buffer.from(JSON.stringify({ manifest })));
  const told = (a3: MemoryJobDailyA3Data, jobStats: ReturnType<typeof stats>, date = '2021-10-20') =>
    resolveAsOf({ jobStats, a3 }, date).catch((error) => `${error.code}: ${error.what}`);

  it('is the head on its date, else the pointer', async () => {
    const a3 = new MemoryJobDailyA3Data();
    await point(a3, '2021-10-20', keyOf('2021-10-20'));

    expect(await told(a3, stats(keyOf('2021-10-20', 2), '2021-10-20'))).toBe(keyOf('2021-10-20', 2));
    expect(await told(a3, stats(keyOf('2021-10-21'), '2021-10-21'))).toBe(keyOf('2021-10-20'));
  });

  it('stays that of the later attempt when the run of an earlier one wakes up, and a damaged pointer is written anew', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const again = { ...DAY, attempt: 2 };
    const first = await publishDay(a3, DAY, null, SLICES);
    const second = await publishDay(a3, again, first.manifest, []);
    const table = () => told(a3, stats(keyOf('2021-10-21'), '2021-10-21'));

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
    await point(a3, '2021-10-20', keyOf('2021-10-20'));
    const jobStats = stats(keyOf('2021-10-25'), '2021-10-25');
    const details = (date: string) => resolveAsOf({ jobStats, a3 }, date).catch((error) => error.details);
    expect(await details('2021-10-22')).toEqual({ business_date: '2021-10-22', last: '2021-10-20' });
    expect(await details('2021-10-27')).toEqual({ business_date: '2021-10-27', last: '2021-10-25' });
    expect(await details('2021-10-19')).toEqual({ business_date: '2021-10-19' });
    await expect(resolveAsOf({ jobStats, a3 }, '2021-10-19')).rejects.toMatchObject({ code: 'NO_TABLE_FOR_DATE' });
  });

  it('is refused where its pointer is of another date, damaged, missing, or of another attempt than was published last', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const published = (...rows: readonly Partial<JobStatsRow>[]) => stats(keyOf('2021-10-25'), '2021-10-25', rows);
    const both = published({ attempt: 1 }, { attempt: 2 });

    expect(await told(a3, published({}))).toBe(
      `POINTER_WRONG: \`as_of/2021-10-20.json\` is missing, though ${keyOf('2021-10-20')} was published for the date.`,
    );
    await point(a3, '2021-10-20', keyOf('2021-10-21'));
    expect(await told(a3, published())).toContain(`names ${keyOf('2021-10-21')}, the table of another date.`);
    await point(a3, '2021-10-20', 'nothing');
    expect(await told(a3, published({}))).toContain('POINTER_WRONG: `as_of/2021-10-20.json` names no manifest; ');
    await point(a3, '2021-10-20', keyOf('2021-10-20'));
    expect(await told(a3, both)).toContain(`though ${keyOf('2021-10-20', 2)} was published for the date.`);
    // The run that was published last need not have the highest number, nor have lived to say that it has succeeded.
    expect(await told(a3, published({ attempt: 2 }, { attempt: 1 }))).toBe(keyOf('2021-10-20'));
    const died = published({ attempt: 2 }, { attempt: 1, status: 'aborted' });
    expect(await told(a3, died)).toBe(keyOf('2021-10-20'));
  });

  it('is opened only where its manifest is of its folder', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const { manifest } = await publishDay(a3, DAY, null, SLICES);
    await a3.putOnce(keyOf('2021-10-22'), (await a3.get(manifest))!);

    await expect(openPublishedDay(a3, keyOf('2021-10-22'))).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('can be led to again, from the line of bases and from JobStats, and nothing else is written', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const keys: string[] = [];
    const dates = ['2021-10-18', '2021-10-19', '2021-10-20', '2021-10-20', '2021-10-21', '2021-10-22'];
    for (const [i, business_date] of dates.entries()) {
      const id = { business_date, attempt: i === 3 ? 2 : 1 };
      keys.push((await publishDay(a3, id, keys.at(-1) ?? null, [])).manifest);
    }
    const rows = dates.map((business_date, i) => ({ business_date, attempt: i === 3 ? 2 : 1 }));
    // JobStats alone knows of 10-18, behind a table that is gone; of 10-20 the line of bases alone.
    const jobStats = stats(keys[5]!, '2021-10-22', [
      ...rows.filter((_, i) => i !== 2 && i !== 3),
      { business_date: '2021-09-01' },
    ]);
    await a3.remove([keys[1]!]);
    await point(a3, '2021-10-20', keys[4]!);
    await point(a3, '2021-10-21', keys[4]!);
    await point(a3, '2021-01-01', keyOf('2021-01-01'));

    const rebuilt = await rebuildPointers({ jobStats, a3 });

    expect(rebuilt).toEqual({
      right: 1,
      written: [
        { business_date: '2021-10-18', was: null, now: keys[0] },
        { business_date: '2021-10-20', was: keys[4], now: keys[3] },
        { business_date: '2021-10-22', was: null, now: keys[5] },
      ],
      lost: ['2021-09-01', '2021-10-19'],
      unknown: ['2021-01-01'],
    });
    expect(await told(a3, jobStats)).toBe(keys[3]);
    expect((await rebuildPointers({ jobStats, a3 })).written).toEqual([]);
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
