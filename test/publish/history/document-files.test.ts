import { describe, expect, it } from 'vitest';
import { DocumentFiles, shardAt } from '../../../src/publish/history/document-files.ts';
import { nearUnreadable } from '../../../src/publish/history/near-unreadable.ts';
import { textOfReject } from '../../../src/publish/history/text-of-reject.ts';
import { openPublishedDay, type PublishedDay } from '../../../src/publish/read-published.ts';
import type { SliceLine } from '../../../src/publish/slice-output.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { publishDay, transformedRow, validLine } from '../day-fixture.ts';

const IDS = Array.from({ length: 24 }, (_, i) => `m-${String(i).padStart(2, '0')}`);

function valid(content: string): readonly SliceLine[] {
  return IDS.map((id) => validLine(id, [transformedRow({ 'A3.2': 'B', 'A3.3': id, 'A3.6': 'X' })], content));
}

function unreadable(lex_id: string | null, after_id: string, looks_like?: string): SliceLine {
  const guessed = looks_like === undefined ? {} : { looks_like };
  return {
    op: 'unreadable',
    lex_id,
    ...guessed,
    after_id,
    rule: 'LEX-x',
    message: 'm',
    raw: '{',
    raw_encoding: 'utf-8',
  };
}

describe('what a day holds of a document', () => {
  it('is an unreadable row with its id, behind the last document of a shard too, with its text', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const publish = async (date: number, base: PublishedDay | null, lines: readonly SliceLine[]) => {
      const id = { business_date: `2021-10-2${date}`, attempt: 1 };
      const { manifest } = await publishDay(a3, id, base?.key ?? null, [{ namespace: 'mac', lines }]);
      return openPublishedDay(a3, manifest);
    };
    const second = await publish(1, await publish(0, null, valid('one')), valid('two'));
    const rows = IDS.map((id) => unreadable(`${id}x`, id));
    const third = await publish(2, second, rows);
    expect(third.manifest.shards.length).toBeGreaterThan(2);

    for (const id of IDS) {
      const { unreadable: found } = await new DocumentFiles(a3, { namespace: 'mac', lex_id: `${id}x` }).rejects(third);
      expect(found, id).toMatchObject([{ lex_id: `${id}x`, place: id }]);
      const { part } = await textOfReject(a3, third, found[0]!);
      expect(part, id).toBe(shardAt(third.manifest.shards, { namespace: 'mac', lex_id: id })?.texts?.path);
    }
  });

  it('may be an unreadable row without an id, behind the last document of a shard too', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const first = { business_date: '2021-10-20', attempt: 1 };
    const second = { business_date: '2021-10-21', attempt: 1 };
    const { manifest: base } = await publishDay(a3, first, null, [{ namespace: 'mac', lines: valid('one') }]);
    const rows = IDS.flatMap((id) => [unreadable(null, id), unreadable(null, id, `${id}y`)]);
    const { manifest } = await publishDay(a3, second, base, [{ namespace: 'mac', lines: rows }]);
    const day = await openPublishedDay(a3, manifest);
    expect(day.manifest.shards.length).toBeGreaterThan(1);

    for (const id of IDS) {
      const near = await nearUnreadable(a3, day, { namespace: 'mac', lex_id: `${id}x` });
      expect(near, id).toEqual({ rows: 2, after: id, isAlike: false });
      const alike = (name: string) => new DocumentFiles(a3, { namespace: 'mac', lex_id: name }).alike(day);
      expect(await alike(`${id}y`), id).toMatchObject([{ lex_id: null, place: id }]);
      expect(await alike(`${id}x`), id).toEqual([]);
    }
  });
});
