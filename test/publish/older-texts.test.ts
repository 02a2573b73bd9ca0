import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CHECKSUMS_PATH, checksums, MANIFEST_PATH } from '../../src/publish/checksums.ts';
import { findAgreement } from '../../src/publish/history/find-agreement.ts';
import type { Manifest, PublishedFile, RejectedEntry, RejectedText, Shard } from '../../src/publish/published.ts';
import { openPublishedDay, type PublishedDay, readRejected } from '../../src/publish/read-published.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { type DaySlice, publishDay, rejectedLine, transformedRow, validLine } from './day-fixture.ts';
import { sha256, verify } from './verify/days.ts';

const ids = Array.from({ length: 12 }, (_, i) => `m-${String(i).padStart(2, '0')}`);
const FIRST: readonly DaySlice[] = [
  {
    namespace: 'mac',
    lines: ids.map((id, i) => (i % 4 === 3 ? rejectedLine(id, id) : validLine(id, [transformedRow({ 'A3.3': id })]))),
  },
];
/** Reaches one of the shards. */
const SECOND: readonly DaySlice[] = [{ namespace: 'mac', lines: [rejectedLine('m-00', 'late')] }];

/** A published day as it was before raw texts had parts of their own. */
async function asOlder(a3: MemoryJobDailyA3Data, { folder, key, manifest }: PublishedDay): Promise<void> {
  const shards: Shard[] = [];
  for (const { texts, ...shard } of manifest.shards) {
    const rejected = await joined(a3, folder, shard.rejected, texts ?? null);
    shards.push({ ...shard, rejected });
    if (texts) await a3.remove([`${folder}/${texts.path}`]);
  }
  const older: Manifest = { ...manifest, shards };
  const body = Buffer.from(`${JSON.stringify(older, null, 1)}\n`);
  await replace(a3, key, body);
  await replace(a3, `${folder}/${CHECKSUMS_PATH}`, Buffer.from(checksums(older, sha256(body))));
  expect(key).toBe(`${folder}/${MANIFEST_PATH}`);
}

async function joined(
  a3: MemoryJobDailyA3Data,
  folder: string,
  rejected: PublishedFile,
  texts: PublishedFile | null,
): Promise<PublishedFile> {
  const linesOf = async <T>(file: PublishedFile | null) => {
    const body = file === null ? null : await a3.get(`${folder}/${file.path}`);
    const lines = body === null ? [] : gunzipSync(body).toString('utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as T);
  };
  const raw = await linesOf<RejectedText>(texts);
  const entries = (await linesOf<RejectedEntry>(rejected)).map(({ raw_text: _, ...entry }, i) => {
    return JSON.stringify({ ...entry, raw: raw[i]!.raw, raw_encoding: raw[i]!.raw_encoding });
  });
  const plain = Buffer.from(entries.map((line) => `${line}\n`).join(''));
  const stored = gzipSync(plain);
  await replace(a3, `${folder}/${rejected.path}`, stored);
  return { ...rejected, bytes: stored.length, sha256: sha256(stored), content_sha256: sha256(plain) };
}

async function replace(a3: MemoryJobDailyA3Data, key: string, body: Buffer): Promise<void> {
  await a3.remove([key]);
  await a3.putOnce(key, body);
}

describe('a table of before raw texts had parts of their own', () => {
  it('is read, verified and built on: the next day has the texts apart, as if it had always been so', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const one = await publishDay(a3, { business_date: '2021-10-20', attempt: 1 }, null, FIRST);
    const of = (store: MemoryJobDailyA3Data, key: string) => openPublishedDay(store, key);
    const older = a3.copy();
    await asOlder(older, await of(older, one.manifest));

    const day = await of(older, one.manifest);
    expect(await Array.fromAsync(readRejected(older, day))).toEqual(
      await Array.fromAsync(readRejected(a3, await of(a3, one.manifest))),
    );
    const found = await findAgreement(older, [{ ...day, base: 'none' }], 'm-07', null);
    expect(found).toMatchObject([{ lex_id: 'm-07' }]);
    const verified = await verify(older, day);
    expect(verified.faults).toEqual([]);
    expect(verified.claims.filter(({ state }) => state !== 'shown').map(({ claim }) => claim)).toEqual(['texts']);

    const two = { business_date: '2021-10-21', attempt: 1 };
    const [next, onOlder] = await Promise.all(
      [a3, older].map(async (store) => of(store, (await publishDay(store, two, one.manifest, SECOND)).manifest)),
    );
    expect(onOlder!.manifest.shards).toEqual(next!.manifest.shards);
    const { faults, claims } = await verify(older, onOlder!);
    expect(faults).toEqual([]);
    expect(claims.every(({ state }) => state === 'shown')).toBe(true);
  });
});
