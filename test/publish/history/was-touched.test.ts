import { describe, expect, it } from 'vitest';
import { wasTouched } from '../../../src/publish/history/was-touched.ts';
import { openPublishedDay } from '../../../src/publish/read-published.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { publishDay, rejectedLine, transformedRow, validLine } from '../day-fixture.ts';

const touch = (lex_id: string, of: 'good' | 'rejected') => ({ op: 'touched', lex_id, of, raw_hash: 'r' }) as const;

async function publish() {
  const a3 = new MemoryJobDailyA3Data();
  const row = transformedRow({ 'A3.2': 'BANK', 'A3.3': 'A-1', 'A3.6': 'X' });
  const dayOne = [validLine('m-1', [row]), validLine('m-2', [row]), rejectedLine('m-3'), validLine('m-4', [row])];
  const dayTwo = [touch('m-1', 'good'), touch('m-3', 'rejected'), validLine('m-4', [row], 'y')];
  const ids = [1, 2].map((attempt) => ({ business_date: '2021-10-20', attempt }));
  const { manifest: base } = await publishDay(a3, ids[0]!, null, [{ namespace: 'mac', lines: dayOne }]);
  const { manifest } = await publishDay(a3, ids[1]!, base, [{ namespace: 'mac', lines: dayTwo }]);
  return { a3, day: await openPublishedDay(a3, manifest) };
}

describe('a document that was saved again with the same content', () => {
  it.each([
    ['mac', 'm-1', true],
    ['mac', 'm-2', false],
    ['mac', 'm-3', true],
    ['mac', 'm-4', false],
    ['pwm', 'm-1', false],
    ['mac', 'm-9', false],
  ])('%s/%s: %s', async (namespace, lex_id, expected) => {
    const { a3, day } = await publish();

    expect(await wasTouched(a3, day, { namespace, lex_id })).toBe(expected);
  });

  it('is not known any more when what the day was made of is deleted', async () => {
    const { a3, day } = await publish();
    const open = (key: string) => a3.open(key);

    expect(await wasTouched({ open, get: async () => null }, day, { namespace: 'mac', lex_id: 'm-1' })).toBeNull();
    const gone = { get: (key: string) => a3.get(key), open: async () => null };
    expect(await wasTouched(gone, day, { namespace: 'mac', lex_id: 'm-1' })).toBeNull();
  });
});
