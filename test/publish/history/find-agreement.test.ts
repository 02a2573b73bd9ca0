import { describe, expect, it } from 'vitest';
import { findAgreement } from '../../../src/publish/history/find-agreement.ts';
import { nearUnreadable } from '../../../src/publish/history/near-unreadable.ts';
import type { HistoryDay } from '../../../src/publish/history/published-days.ts';
import { openPublishedDay } from '../../../src/publish/read-published.ts';
import { writeTextsRecord } from '../../../src/publish/retention/texts-record.ts';
import type { SliceLine } from '../../../src/publish/slice-output.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { type DaySlice, publishDay, rejectedLine, transformedRow, validLine } from '../day-fixture.ts';
import { textsRecordOf } from '../retention/texts-record-of.ts';

const row = (agreement: string) => transformedRow({ 'A3.2': 'BANK', 'A3.3': agreement, 'A3.6': 'X' });
const unreadable = (after_id: string): SliceLine => {
  const line = {
    lex_id: null,
    looks_like: 'm-25',
    after_id,
    rule: 'LEX-unparsable',
    message: 'm',
    raw: '{',
    raw_encoding: 'utf-8',
  } as const;
  return { op: 'unreadable', ...line };
};

/** Day two moves `A-2` to another document, and removes `m-3`. */
const DAYS: readonly (readonly DaySlice[])[] = [
  [
    {
      namespace: 'mac',
      lines: [validLine('m-1', [row('A-1')]), validLine('m-2', [row('A-2')]), validLine('m-3', [row('A-3')])],
    },
    { namespace: 'pwm', lines: [validLine('m-1', [row('A-"4"')]), validLine('p/2', [row('A-5')])] },
  ],
  [
    {
      namespace: 'mac',
      lines: [
        validLine('m-2', [row('A-6')]),
        { op: 'removed', lex_id: 'm-3' },
        { ...rejectedLine('m-7'), raw: '{"id":"m-7","ref":"A-\\"7\\""}' },
        unreadable('m-2'),
        unreadable('m-2'),
      ],
    },
    { namespace: 'pwm', lines: [validLine('p-3', [row('A-2')])] },
  ],
];

async function publish(): Promise<[MemoryJobDailyA3Data, readonly HistoryDay[]]> {
  const a3 = new MemoryJobDailyA3Data();
  const days: HistoryDay[] = [];
  for (const [i, slices] of DAYS.entries()) {
    const id = { business_date: `2021-10-2${i}`, attempt: 1 };
    const { manifest } = await publishDay(a3, id, days[0]?.key ?? null, slices);
    days.unshift({ ...(await openPublishedDay(a3, manifest)), base: i === 0 ? 'none' : 'known' });
  }
  return [a3, days];
}

describe('finding an agreement', () => {
  it.each([
    ['a lex id', 'p-3', null, ['pwm/p-3 by lex id']],
    ['a lex id of two namespaces', 'm-1', null, ['mac/m-1 by lex id', 'pwm/m-1 by lex id']],
    ['a lex id and --namespace', 'm-1', 'pwm', ['pwm/m-1 by lex id']],
    ['a namespace and a lex id', 'mac/m-1', null, ['mac/m-1 by lex id']],
    ['a lex id with a slash', 'p/2', null, ['pwm/p/2 by lex id']],
    ['a namespace and a lex id with a slash', 'pwm/p/2', null, ['pwm/p/2 by lex id']],
    ['a lex id that was removed', 'm-3', null, ['mac/m-3 by lex id']],
    ['an A3.3', 'A-1', null, ['mac/m-1 by A3.3']],
    ['an A3.3 with quotes', 'A-"4"', null, ['pwm/m-1 by A3.3']],
    ['an A3.3 that has moved', 'A-2', null, ['mac/m-2 by A3.3', 'pwm/p-3 by A3.3']],
    ['an A3.3 that was removed', 'A-3', null, ['mac/m-3 by A3.3']],
    ['an A3.3 that only the text of a rejected document names', 'A-"7"', null, ['mac/m-7 by raw']],
    ['an A3.3 of another namespace', 'A-1', 'pwm', []],
    ['the beginning of an A3.3', 'A-', null, []],
    ['nothing', 'nobody', null, []],
  ])('finds %s', async (_what, text, namespace, expected) => {
    const [a3, days] = await publish();

    const found = await findAgreement(a3, days, text, namespace);

    expect(found.map((one) => `${one.namespace}/${one.lex_id} by ${one.found_by}`)).toEqual(expected);
  });

  it('looks on where retention has deleted the raw texts, and not where they are lost', async () => {
    const [a3, days] = await publish();
    const { folder, manifest } = days[0]!;
    const parts = manifest.shards.flatMap(({ texts }) => texts ?? []);
    await a3.remove(parts.map(({ path }) => `${folder}/${path}`));
    const find = () => findAgreement(a3, days, 'A-"7"', null);

    await expect(find()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await writeTextsRecord(a3, textsRecordOf(manifest, 'Ada'));

    expect(await find()).toEqual([]);
    expect(await findAgreement(a3, days, 'm-7', null)).toMatchObject([{ lex_id: 'm-7' }]);
  });

  it('finds a document of a namespace that no run of the days that are kept has named', async () => {
    const [a3, [newest]] = await publish();
    const id = { business_date: '2021-10-22', attempt: 1 };
    const limits = { targetLines: 200, mergeBelow: 100, markEvery: 100 };
    const { manifest } = await publishDay(a3, id, newest!.key, [{ namespace: 'cct', lines: [] }], { limits });
    const days: readonly HistoryDay[] = [{ ...(await openPublishedDay(a3, manifest)), base: 'gone' }];

    for (const [text, namespace] of [
      ['p-3', null],
      ['p-3', 'pwm'],
    ] as const) {
      const found = await findAgreement(a3, days, text, namespace);
      expect(found).toEqual([{ namespace: 'pwm', lex_id: 'p-3', found_by: 'lex id' }]);
    }
    expect(await findAgreement(a3, days, 'm-7', null)).toMatchObject([{ namespace: 'mac', found_by: 'lex id' }]);
  });

  it('counts the unreadable rows that stand nearest before the place of one that is not there', async () => {
    const [a3, [newest]] = await publish();
    const near = (lex_id: string) => nearUnreadable(a3, newest!, { namespace: 'mac', lex_id });

    expect(await near('m-25')).toEqual({ rows: 2, after: 'm-2', isAlike: true });
    expect(await near('m-26')).toEqual({ rows: 2, after: 'm-2', isAlike: false });
    expect(await near('m-15')).toBeNull();
  });
});
