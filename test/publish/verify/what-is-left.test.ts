import { setTimeout } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../../src/job/retention-policy.ts';
import type { PublishedDay } from '../../../src/publish/read-published.ts';
import { type DeletionRecord, deletionKey } from '../../../src/publish/retention/deletion-record.ts';
import type { Claim } from '../../../src/publish/verify/faults.ts';
import { type Verification, verifyDay } from '../../../src/publish/verify/verify-day.ts';
import type { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { MemoryScratch } from '../../fakes/memory-scratch.ts';
import { altered, publishThree, verify } from './days.ts';

let a3: MemoryJobDailyA3Data;
let base: PublishedDay;
let day: PublishedDay;

beforeAll(async () => {
  const [store, days] = await publishThree();
  [a3, base, day] = [store, days[0]!, days[1]!];
});

/** The day where these keys hold other bytes; `null`: nothing. */
function verifyWith(changes: Readonly<Record<string, Buffer | null>>): Promise<Verification> {
  return verify(altered(a3, new Map(Object.entries(changes))), day);
}

function claims({ claims: found }: Verification, state: string): readonly Claim[] {
  return found.filter((one) => one.state === state).map(({ claim }) => claim);
}

/** Its lines are read before its end is, as with a large file. */
async function* readLate(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
  await setTimeout(1);
}

describe('verifying a day of which a file is missing', () => {
  it.each<[string, readonly Claim[]]>([
    ['table', ['rows', 'parquet', 'uses', 'changes', 'ledger', 'findings']],
    ['changes', ['changes', 'ledger']],
    ['rejected', ['rows', 'rejected', 'texts', 'uses', 'changes', 'ledger']],
    ['texts', ['texts']],
    ['uses', ['uses']],
    ['parquet', ['parquet']],
  ])('leaves what is drawn from %s, and shows all else', async (part, left) => {
    for (const shard of day.manifest.shards) {
      const { path } = shard[part as 'table'] ?? {};
      if (path === undefined) continue;

      const found = await verifyWith({ [`${day.folder}/${path}`]: null });

      expect(found.faults).toMatchObject([{ claim: 'files', file: path }]);
      expect(claims(found, 'not shown')).toEqual(left);
      expect(claims(found, 'failed')).toEqual(['files']);
    }
  });
});

describe('verifying a day without what it was built on', () => {
  const record = (): DeletionRecord => ({
    format: 1,
    business_date: base.manifest.business_date,
    attempt: base.manifest.attempt,
    manifest_sha256: 'ab'.repeat(32),
    files: 1,
    bytes: 1,
    rule: { ...DEFAULT_RETENTION, newest: '2021-12-01' },
    by: 'Ada',
    decided_at: '2021-12-01T06:00:00.000Z',
  });

  it('passes where retention has deleted it, quoting the record', async () => {
    const found = await verifyWith({
      [base.key]: null,
      [deletionKey(base.manifest)]: Buffer.from(JSON.stringify(record())),
    });

    expect(found).toMatchObject({ fault_count: 0, faults: [] });
    expect(found.claims.find(({ claim }) => claim === 'changes')).toMatchObject({
      state: 'not shown',
      reason: 'the base was deleted on 2021-12-01 by retention (Ada)',
    });
    expect(found.notes).toEqual([
      'The table as of 2021-10-20 was deleted by retention on 2021-12-01 (Ada). See retention/2021-10-20/1.json.',
    ]);
  });

  it('fails where no record says why it is gone, or none that can be read', async () => {
    for (const told of [null, '{"format":1}', '{']) {
      const found = await verifyWith({
        [base.key]: null,
        [deletionKey(base.manifest)]: told === null ? null : Buffer.from(told),
      });

      expect(found.faults).toMatchObject([{ claim: 'changes', file: base.key }]);
      expect(claims(found, 'failed')).toEqual(['changes']);
    }
  });

  it('fails where its manifest or a table of it is damaged, and names the file', async () => {
    const { path } = base.manifest.shards[0]!.table;
    const key = `${base.folder}/${path}`;
    for (const damaged of [base.key, key]) {
      const body = (await a3.get(damaged))!;
      const found = await verifyWith({ [damaged]: body.subarray(0, body.length >> 1) });

      expect(found.faults, damaged).toMatchObject([{ claim: 'changes', file: damaged }]);
      expect(found.faults[0]?.what).toContain('the base is damaged');
    }
  });

  it('names the table of the base wherever a byte of it is another', async () => {
    const name = `${base.folder}/${base.manifest.shards[0]!.table.path}`;
    const text = gunzipSync((await a3.get(name))!);
    for (let at = 0; at < text.length; at += 397) {
      const damaged = Buffer.from(text);
      damaged[at]! ^= 0x15;
      const store = altered(a3, new Map());
      const open = async (key: string) => (key === name ? readLate(gzipSync(damaged)) : store.open(key));

      const found = await verify({ ...store, open }, day);

      expect(found.faults, `byte ${at}`).toMatchObject([{ claim: 'changes', file: name }]);
    }
  });

  it('leaves the base aside where the day is a copy of its own', async () => {
    const store = altered(a3, new Map([[base.key, null]]));

    const found = await verifyDay(day.key, {
      a3: store,
      scratch: new MemoryScratch(),
      recordedSha256: null,
      isAlone: true,
    });

    expect(found).toMatchObject({ fault_count: 0 });
    expect(claims(found, 'not shown')).toEqual(['changes']);
  });
});
