import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, globSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entityItem } from '../../../src/agreements/make-look-up-items.ts';
import { DEFAULT_DELIVERY, type DeliveryDeps, writeDelivery } from '../../../src/cli/deliver/write-delivery.ts';
import { PublishedFileWriter } from '../../../src/publish/published-file-writer.ts';
import { openPublishedDay, type PublishedDay } from '../../../src/publish/read-published.ts';
import { FolderJobDailyA3Data } from '../../../src/stores/embedded/folder-job-daily-a3-data.ts';
import type { JobDailyA3Data } from '../../../src/stores/job-daily-a3-data.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable } from '../../fakes/memory-look-ups.ts';
import { a3Values, publishDay, transformedRow, validLine } from '../../publish/day-fixture.ts';

const DATE = '2021-10-20';
const NAMES = ['A-3_2021-10-20.txt', 'CO_2021-10-20.txt', 'CP_2021-10-20.txt', 'SHA256SUMS', 'datapackage.json'];
const PROGRAM = join(import.meta.dirname, 'deliver-in-process.ts');

let output: string;
beforeEach(async () => {
  output = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});
afterEach(() => rm(output, { recursive: true }));

async function publish(a3: JobDailyA3Data, change: Readonly<Record<string, string>> = {}): Promise<PublishedDay> {
  const row = (i: number) =>
    transformedRow({ 'A3.2': 'BANK', 'A3.3': `AGR-${i}`, 'A3.6': 'CLIENT', 'A3.8': 'N', ...(i === 7 ? change : {}) });
  const lines = Array.from({ length: 20 }, (_, i) => validLine(`mac-${String(i).padStart(3, '0')}`, [row(i)]));
  const masters = new MemoryEntityTable();
  await masters.putAll([entityItem('BANK', ['CO'], { 'CO.4': 'The Bank' }), entityItem('CLIENT', ['CP'], {})]);
  const id = { business_date: DATE, attempt: 1 };
  const { manifest } = await publishDay(a3, id, null, [{ namespace: 'mac', lines }], { masters });
  return openPublishedDay(a3, manifest);
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a delivery', () => {
  it('is a folder of the three tables with their checksums and a data package', async () => {
    const a3 = new MemoryJobDailyA3Data();

    const { folder, files } = await writeDelivery(await publish(a3), output, DEFAULT_DELIVERY, { a3 });

    expect(folder).toBe(join(output, DATE));
    expect((await readdir(folder)).sort()).toEqual(NAMES);
    expect(files.map(({ table, rows }) => [table, rows])).toEqual([
      ['A-3', 20],
      ['CO', 1],
      ['CP', 1],
    ]);
    const sums = (await readFile(join(folder, 'SHA256SUMS'), 'utf8')).split('\n').slice(0, -1);
    expect(sums).toHaveLength(4);
    for (const sum of sums) {
      const [, digest, name = ''] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(sum) ?? [];
      expect(sha256(await readFile(join(folder, name)))).toBe(digest);
    }
    const { resources } = JSON.parse(await readFile(join(folder, 'datapackage.json'), 'utf8'));
    expect(resources.map((one: { path: string; rows: number }) => [one.path, one.rows])).toEqual(
      files.map(({ path, rows }) => [path, rows]),
    );
  });

  it('is the same bytes whenever it is made', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const day = await publish(a3);
    const [one, two] = [join(output, 'one'), join(output, 'two')];

    for (const to of [one, two]) await writeDelivery(day, to, DEFAULT_DELIVERY, { a3 });

    for (const name of NAMES) {
      expect(await readFile(join(one, DATE, name))).toEqual(await readFile(join(two, DATE, name)));
    }
  });

  it('is made once: of two at the same time one stands, and a later one is refused', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const day = await publish(a3);
    const deliver = () => writeDelivery(day, output, DEFAULT_DELIVERY, { a3 });

    const both = await Promise.allSettled([deliver(), deliver()]);

    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(deliver()).rejects.toMatchObject({ code: 'USAGE' });
    expect(await readdir(output)).toEqual([DATE]);
    expect((await readdir(join(output, DATE))).sort()).toEqual(NAMES);
  });

  it('is refused, and leaves nothing, when a value is too long; allowed, it has it as it is', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const day = await publish(a3, { 'A3.13': 'y'.repeat(201) });

    const refused = writeDelivery(day, output, DEFAULT_DELIVERY, { a3 });
    await expect(refused).rejects.toMatchObject({
      code: 'DELIVERY_FAULTY',
      details: { faults: 1 },
      faults: [
        { file: NAMES[0], line: 9, field: 'A3.13', key: 'AGR-7', problem: 'has 201 characters where 200 are allowed' },
      ],
    });
    expect(await readdir(output)).toEqual([]);

    const { files } = await writeDelivery(day, output, { ...DEFAULT_DELIVERY, allowFaults: true }, { a3 });
    expect(files[0]?.faultCounts).toEqual({ file: 0, value: 1 });
    expect(await readFile(join(output, DATE, NAMES[0]!), 'utf8')).toContain('y'.repeat(201));
  });

  it('leaves nothing when a file of the day is damaged', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const day = await publish(a3);
    const last = `${day.folder}/${day.manifest.masters?.CP.path}`;
    const open: DeliveryDeps['a3']['open'] = async (key) => {
      const blocks = await a3.open(key);
      if (key !== last || blocks === null) return blocks;
      return (async function* () {
        for await (const block of blocks) yield Buffer.from(block).fill(0, block.length - 3);
      })();
    };

    const delivering = writeDelivery(day, output, DEFAULT_DELIVERY, { a3: { open } });

    await expect(delivering).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { key: last } });
    expect(await readdir(output)).toEqual([]);
  });

  it('is refused when the disk does not hold what was written', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const day = await publish(a3);
    /** Stands for the signal, which is looked at while the file is written: changes a byte of it under the hand. */
    const damage = () => {
      for (const path of globSync('.*.partial/.A-3*', { cwd: output })) {
        const file = openSync(join(output, path), 'r+');
        writeSync(file, 'X', 200);
        closeSync(file);
      }
    };
    const signal = Object.assign(new AbortController().signal, { throwIfAborted: damage });

    const delivering = writeDelivery(day, output, DEFAULT_DELIVERY, { a3, signal });

    await expect(delivering).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(await readdir(output)).toEqual([]);
  });

  it('leaves nothing when it is stopped', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const day = await publish(a3);
    const stages: string[] = [];
    const stop = new AbortController();
    const onProgress: DeliveryDeps['onProgress'] = ({ table, stage }) => {
      stages.push(`${table} ${stage}`);
      if (table === 'CP') stop.abort('SIGINT');
    };

    const delivering = writeDelivery(day, output, DEFAULT_DELIVERY, { a3, signal: stop.signal, onProgress });

    await expect(delivering).rejects.toBe('SIGINT');
    expect(stages.at(-1)).toBe('CP write');
    expect(await readdir(output)).toEqual([]);
  });

  it.each([
    ['a file', 'FILE_NOT_WRITABLE'],
    ['a folder of that date', 'USAGE'],
  ])('is refused where there is %s', async (what, code) => {
    const a3 = new MemoryJobDailyA3Data();
    const day = await publish(a3);
    const name = what === 'a file' ? 'there' : DATE;
    await writeFile(join(output, name), 'mine');

    const to = what === 'a file' ? join(output, name) : output;

    await expect(writeDelivery(day, to, DEFAULT_DELIVERY, { a3 })).rejects.toMatchObject({ code });
    expect(await readFile(join(output, name), 'utf8')).toBe('mine');
  });
});

describe('a delivery in a process of its own', () => {
  const run = promisify(execFile);

  it('leaves nothing that looks finished, wherever it is killed, and nothing in the way of the next', async () => {
    const root = join(output, 'data');
    const to = join(output, 'out');
    const { key } = await publish(new FolderJobDailyA3Data(root));
    const deliver = (folder: string, killAt = 0) => run(process.execPath, [PROGRAM, root, key, folder, `${killAt}`]);
    const looks = Number((await deliver(join(output, 'whole'))).stdout);

    for (const killAt of [2, Math.ceil(looks / 2), looks]) {
      await expect(deliver(to, killAt)).rejects.toMatchObject({ signal: 'SIGKILL' });
      const left = await readdir(to);
      expect(left.every((name) => /^\.2021-10-20\..*\.partial$/.test(name))).toBe(true);
    }
    await deliver(to);

    expect((await readdir(to)).filter((name) => !name.startsWith('.'))).toEqual([DATE]);
    for (const name of NAMES) {
      expect(await readFile(join(to, DATE, name))).toEqual(await readFile(join(output, 'whole', DATE, name)));
    }
  });

  it('has a table many times larger than its memory', async () => {
    const rows = 60_000;
    const root = join(output, 'data');
    const key = await publishLarge(new FolderJobDailyA3Data(root), rows);
    const heap = ['--max-old-space-size=20', '--max-semi-space-size=2'];

    await run(process.execPath, [...heap, PROGRAM, root, key, join(output, 'out'), '0']);

    const text = await readFile(join(output, 'out', DATE, NAMES[0]!), 'utf8');
    expect(text.split('\n')).toHaveLength(rows + 2);
  });
});

/** A day of one shard whose rows take some 100 MB once they are parsed. @returns the manifest's key */
async function publishLarge(a3: FolderJobDailyA3Data, rows: number): Promise<string> {
  const small = new MemoryJobDailyA3Data();
  const { folder, key, manifest } = await publish(small);
  const ledger = `${folder}/${manifest.ledger.path}`;
  await a3.putOnce(ledger, (await small.get(ledger))!);
  const table = new PublishedFileWriter(a3, folder, 'table/shard-00000.ndjson.gz');
  const empty = new PublishedFileWriter(a3, folder, 'masters/none.ndjson.gz');
  const values = a3Values({ 'A3.2': 'BANK', 'A3.6': 'CLIENT', 'A3.13': 'Contact '.repeat(10).trim() });
  for (let i = 0; i < rows; i += 1) {
    await table.write(JSON.stringify({ ...values, 'A3.3': `AGR-${i}`, uses: Array(10).fill({ key: 'look-up' }) }));
  }
  const [none, shard] = [await empty.close(), { ...manifest.shards[0], table: await table.close() }];
  const large = { ...manifest, rows, shards: [shard], masters: { CO: none, CP: none } };
  await a3.putOnce(key, Buffer.from(JSON.stringify(large)));
  return key;
}
