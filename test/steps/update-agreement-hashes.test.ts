import { describe, expect, it } from 'vitest';
import type { HashesCursor } from '../../src/job/contracts.ts';
import { updateAgreementHashes } from '../../src/steps/update-agreement-hashes.ts';
import type { HashChange, HashEntry, HashWriter } from '../../src/stores/agreement-hash.ts';
import { MemoryAgreementHash } from '../fakes/memory-agreement-hash.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import {
  type DaySlice,
  fingerprint,
  publishDay,
  rejectedLine,
  transformedRow,
  validLine,
  writeSlices,
} from '../publish/day-fixture.ts';

const DAY = { business_date: '2021-10-20', attempt: 1 };
const row = transformedRow({ 'A3.2': 'R', 'A3.3': 'A-1' });
const UNREADABLE = {
  op: 'unreadable',
  lex_id: 'u',
  after_id: null,
  rule: 'r',
  message: 'm',
  raw: '',
  raw_encoding: 'utf-8',
} as const;

const SLICES: readonly DaySlice[] = [
  { namespace: 'mac', lines: [UNREADABLE, validLine('a', [row], 'new'), rejectedLine('b', 'new')] },
  { namespace: 'mac', lines: [{ op: 'touched', lex_id: 'c', of: 'good', raw_hash: 'other' }] },
  { namespace: 'pwm', lines: [{ op: 'removed', lex_id: 'd' }] },
  { namespace: 'pwm', lines: [] },
];

async function yesterday(hashes: MemoryAgreementHash): Promise<void> {
  const writer = { fence: 1, business_date: '2021-10-19' };
  const good = (lex_id: string): HashChange => ({ op: 'good', lex_id, fingerprint: fingerprint('old') });
  await hashes.apply('mac', [good('a'), good('b'), good('c')], writer);
  await hashes.apply('mac', [{ op: 'rejected', lex_id: 'a', fingerprint: fingerprint('bad') }], writer);
  await hashes.apply('pwm', [good('d'), good('e')], writer);
}

async function entries(hashes: MemoryAgreementHash, namespace: string): Promise<readonly HashEntry[]> {
  return (await Array.fromAsync(hashes.readRange(namespace, null, null))).flat();
}

function removal(lex_id: string): HashChange {
  return { op: 'removed', lex_id };
}

async function update(
  a3: MemoryJobDailyA3Data,
  hashes: MemoryAgreementHash,
  manifest: string,
  options: {
    readonly batches?: number;
    readonly fence?: number;
    readonly stops?: boolean;
    readonly listEntries?: number;
  } = {},
) {
  const { batches = 2, fence = 2, stops = false, listEntries = 10_000 } = options;
  let [applied, refused, turns] = [0, 0, 0];
  for (let batch = 0; batch < batches; batch += 1) {
    let cursor: HashesCursor | null = null;
    do {
      const input = { manifest, fence, batch, batches, cursor };
      const output = await updateAgreementHashes(input, { a3, hashes, listEntries, shouldStop: () => stops });
      applied += output.applied;
      refused += output.refused;
      turns += 1;
      cursor = output.cursor;
    } while (cursor !== null);
  }
  return { applied, refused, turns };
}

describe('UpdateAgreementHashes', () => {
  it('puts, keeps beside, touches and buries the fingerprints of the published attempt', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const hashes = new MemoryAgreementHash();
    await yesterday(hashes);
    const { manifest } = await publishDay(a3, DAY, null, SLICES);

    expect(await update(a3, hashes, manifest)).toMatchObject({ applied: 4, refused: 0 });

    expect(await entries(hashes, 'mac')).toEqual([
      { lex_id: 'a', good: fingerprint('new'), rejected: null },
      { lex_id: 'b', good: fingerprint('old'), rejected: fingerprint('new') },
      { lex_id: 'c', good: { ...fingerprint('old'), raw_hash: 'other' }, rejected: null },
    ]);
    expect(await entries(hashes, 'pwm')).toEqual([{ lex_id: 'e', good: fingerprint('old'), rejected: null }]);
  });

  it('ends in the same state with any number of workers, in turns, and run again', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const { manifest } = await publishDay(a3, DAY, null, SLICES, { listEntries: 2 });
    const states = await Promise.all(
      [1, 2, 3, 7].map(async (batches) => {
        const hashes = new MemoryAgreementHash();
        await yesterday(hashes);
        const { turns } = await update(a3, hashes, manifest, { batches, stops: true, listEntries: 2 });
        expect(turns).toBeGreaterThan(batches);
        await update(a3, hashes, manifest, { batches, listEntries: 2 });
        return [await entries(hashes, 'mac'), await entries(hashes, 'pwm')];
      }),
    );
    for (const state of states) expect(state).toEqual(states[0]);
  });

  it('goes on inside a slice of more changes than one call takes', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const hashes = new MemoryAgreementHash();
    const calls: number[] = [];
    const apply = hashes.apply.bind(hashes);
    hashes.apply = async (namespace: string, changes: readonly HashChange[], writer: HashWriter) => {
      calls.push(changes.length);
      return apply(namespace, changes, writer);
    };
    const lines = Array.from({ length: 2100 }, (_, i) => ({
      op: 'touched' as const,
      lex_id: String(i).padStart(5, '0'),
      of: 'good' as const,
      raw_hash: 'r',
    }));
    const { manifest } = await publishDay(a3, DAY, null, [{ namespace: 'mac', lines }]);

    expect(await update(a3, hashes, manifest, { batches: 1, stops: true })).toMatchObject({ turns: 4 });
    expect(calls).toEqual([1000, 1000, 100]);
  });

  it('looks at its time as often as a slow store needs it', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const hashes = new MemoryAgreementHash();
    hashes.changesPerCall = 2;
    await hashes.apply('mac', ['v', 'w', 'x', 'y', 'z'].map(removal), { fence: 1, business_date: '2021-10-01' });
    const lines = ['a', 'b', 'c', 'd', 'e'].map((lex_id) => rejectedLine(lex_id, 'new'));
    const { manifest } = await publishDay(a3, DAY, null, [{ namespace: 'mac', lines }]);

    // Three turns write five, three sweep five.
    expect(await update(a3, hashes, manifest, { batches: 1, stops: true })).toMatchObject({ applied: 5, turns: 6 });
    expect(await entries(hashes, 'mac')).toHaveLength(5);
  });

  it('changes nothing when its fence is behind', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const hashes = new MemoryAgreementHash();
    const { manifest } = await publishDay(a3, DAY, null, SLICES);
    const later = { fence: 9, business_date: '2021-10-21' };
    await hashes.apply('mac', [{ op: 'good', lex_id: 'a', fingerprint: fingerprint('later') }], later);

    expect(await update(a3, hashes, manifest)).toMatchObject({ refused: 1 });

    expect((await entries(hashes, 'mac'))[0]).toEqual({ lex_id: 'a', good: fingerprint('later'), rejected: null });
  });

  it('writes no hash of a slice whose output came after the table was planned', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const hashes = new MemoryAgreementHash();
    const late: DaySlice = { namespace: 'mac', lines: [validLine('late', [row])], failed: true };
    const { manifest } = await publishDay(a3, DAY, null, [...SLICES, late]);
    await writeSlices(a3, DAY, [...SLICES, { ...late, failed: false }]);

    await update(a3, hashes, manifest);

    expect((await entries(hashes, 'mac')).map(({ lex_id }) => lex_id)).toEqual(['a', 'b']);
  });

  it('sweeps tombstones that are older than a week, and no younger ones', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const hashes = new MemoryAgreementHash();
    await hashes.apply('mac', [{ op: 'removed', lex_id: 'old' }], { fence: 1, business_date: '2021-10-12' });
    await hashes.apply('mac', [{ op: 'removed', lex_id: 'young' }], { fence: 1, business_date: '2021-10-13' });
    const { manifest } = await publishDay(a3, DAY, null, SLICES);

    await update(a3, hashes, manifest, { stops: true });

    const swept = await hashes.sweepTombstones('mac', '2022-01-01', { fence: 9, business_date: '2022-01-01' });
    expect(swept.deleted).toBe(1);
  });
});
