import { describe, expect, it } from 'vitest';
import { rebuildHashes } from '../../src/steps/rebuild-hashes.ts';
import { updateAgreementHashes } from '../../src/steps/update-agreement-hashes.ts';
import type { HashEntry } from '../../src/stores/agreement-hash.ts';
import { MemoryAgreementHash } from '../fakes/memory-agreement-hash.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import {
  type DaySlice,
  fingerprint,
  publishDay,
  rejectedLine,
  transformedRow,
  validLine,
} from '../publish/day-fixture.ts';

const rows = ['A-1', 'A-2'].map((id) => transformedRow({ 'A3.2': 'R', 'A3.3': id }));

async function entries(hashes: MemoryAgreementHash, namespace: string): Promise<readonly HashEntry[]> {
  return (await Array.fromAsync(hashes.readRange(namespace, null, null))).flat();
}

function withoutRaw({ lex_id, good, rejected }: HashEntry): HashEntry {
  return {
    lex_id,
    good: good === null ? null : { ...good, raw_hash: null },
    rejected: rejected === null ? null : { ...rejected, raw_hash: null },
  };
}

describe('rebuilding the hashes', () => {
  it('restores what the runs had written, but for the raw hashes, and drops what the table does not know', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const hashes = new MemoryAgreementHash();
    const days: readonly (readonly DaySlice[])[] = [
      [
        { namespace: 'mac', lines: [validLine('a', rows, '1'), validLine('b', rows, '1'), rejectedLine('c', '1')] },
        { namespace: 'pwm', lines: [validLine('x', rows, '1'), rejectedLine('y', '1')] },
      ],
      [
        {
          namespace: 'mac',
          lines: [rejectedLine('b', '2'), validLine('c', rows, '2'), { op: 'removed', lex_id: 'a' }],
        },
      ],
    ];
    let base: string | null = null;
    for (const [day, slices] of days.entries()) {
      const id = { business_date: `2021-10-${20 + day}`, attempt: 1 };
      base = (await publishDay(a3, id, base, slices)).manifest;
      const input = { manifest: base, fence: day + 1, batch: 0, batches: 1, cursor: null };
      await updateAgreementHashes(input, { a3, hashes, shouldStop: () => false });
    }
    const expected = { mac: await entries(hashes, 'mac'), pwm: await entries(hashes, 'pwm') };
    const writer = { fence: 3, business_date: '2021-10-22' };
    await hashes.apply('mac', [{ op: 'good', lex_id: 'stray', fingerprint: fingerprint('9') }], writer);
    await hashes.apply('cct', [{ op: 'good', lex_id: 'stray', fingerprint: fingerprint('9') }], writer);

    const input = { manifest: base ?? '', fence: 4, namespaces: ['cct', 'mac', 'pwm'] };
    const output = await rebuildHashes(input, { a3, hashes });

    expect(await entries(hashes, 'mac')).toEqual(expected.mac.map(withoutRaw));
    expect(await entries(hashes, 'pwm')).toEqual(expected.pwm.map(withoutRaw));
    expect(await entries(hashes, 'cct')).toEqual([]);
    const counts = { cct: { good: 0, rejected: 0 }, mac: { good: 2, rejected: 1 }, pwm: { good: 1, rejected: 1 } };
    expect(output.documents).toEqual(counts);

    await rebuildHashes(input, { a3, hashes });
    expect(await entries(hashes, 'mac')).toEqual(expected.mac.map(withoutRaw));
  });
});
