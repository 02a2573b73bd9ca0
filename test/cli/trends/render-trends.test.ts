import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/cli/terminal/harmless.ts';
import { plain } from '../../../src/cli/terminal/paint.ts';
import { renderTrends } from '../../../src/cli/trends/render-trends.ts';
import { changedShare, findShareJumps } from '../../../src/publish/history/changed-share.ts';
import type { DayFigures, NamespaceFigures } from '../../../src/publish/history/day-figures.ts';

const LISTED = 9_708_719;

function gate(ratio: number) {
  return { passed: ratio >= 0.9, numerator: ratio, denominator: 1, ratio, threshold: 0.9, accepted: ratio < 0.9 };
}

function day(number: number, changed: number, change: Partial<DayFigures> = {}): DayFigures {
  const date = new Date(Date.UTC(2021, 9, number)).toISOString().slice(0, 10);
  const counts = { listed: LISTED, new: 1_118, changed, reprocessed: 1_200, removed: 1_012, rejected: 44_041 };
  const total = { ...counts, standing: 0, unreadable: 0, changed_share: changedShare(counts), complete: true };
  const namespaces: readonly NamespaceFigures[] = [{ namespace: 'mac', ...total }];
  const table = { rows: 9_921_440, stale_rows: 12_345, rejected_now: 123_456, table_findings: 98_765 };
  const gates = { query: gate(1), transformation: gate(0.986) };
  const run = `agreements-${date}`;
  return {
    date,
    attempt: 1,
    run,
    is_first: false,
    namespaces,
    total,
    ...table,
    gates,
    duration_ms: 7_501_000,
    ...change,
  };
}

const VERSIONS = { mapping_versions: {}, look_ups: null, replays_through: 0 };
const render = (days: readonly DayFigures[], last_published: string | null = null) => {
  const jumps = findShareJumps(days.map((one) => ({ ...one, ...VERSIONS })));
  return renderTrends({ days, jumps, last_published }, { paint: plain, width: 80 });
};

describe('trends', () => {
  it('keep every figure of a large bank whole in 80 columns, over many days and attempts', () => {
    const days = Array.from({ length: 40 }, (_, i) =>
      day(i + 1, 97_000 + 1_000 * (i % 3), i === 20 ? { attempt: 2 } : {}),
    );

    const lines = render(days);

    expect(lines.join('\n')).not.toContain('…');
    expect(lines.join('\n')).toContain('2021-10-21 #2');
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('warn of a day on which lines could not be read, with their number and where they are', () => {
    const monday = day(4, 99_000);
    const broken = monday.namespaces.map((one) => ({ ...one, unreadable: 1_234 }));
    const text = render([day(1, 97_000), { ...monday, namespaces: broken }]).join(' ');

    const line = text.replaceAll(/\s+/g, ' ');
    expect(line).toContain('! 2021-10-04: 1,234 of 9,708,719 lines of mac could not be read. See:');
    expect(line).toMatch(/lexdelta rejected agreements-2021-10-04 --unreadable$/);
  });

  it('warn of a day on which far more has changed than usual, and say where to look', () => {
    const text = render([day(1, 97_000), day(4, 99_000), day(5, 98_000), day(6, 1_997_000)]).join(' ');

    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      '! 2021-10-06: 1,999,318 documents of mac new or changed or reprocessed = 20.5 %, usually 1 %.',
    );
    expect(text.replaceAll(/\s+/g, ' ')).toContain('lexdelta diff 2021-10-05 2021-10-06 --namespace mac');
  });

  it('mark a gate that was accepted, and leave out a duration that nobody knows', () => {
    const text = render([day(1, 1, { gates: { query: gate(0.81), transformation: gate(1) }, duration_ms: null })]);

    expect(text.find((line) => line.includes('! 81 %'))).toMatch(/! 81 % +100 %$/);
  });

  it('tell no share of a gate that had nothing to check, and name two kinds of rejected apart', () => {
    const gates = { query: gate(1), transformation: { ...gate(1), numerator: 0, denominator: 0 } };
    const text = render([day(1, 1, { gates, duration_ms: null })]);

    expect(text.find((line) => line.includes('100 %'))).toMatch(/ 100 % +—$/);
    expect(text.filter((line) => / rejected(?! now)/.test(line))).toHaveLength(1);
    expect(text.filter((line) => line.includes(' rejected now '))).toHaveLength(1);
  });

  it('tell the date last published from the newest one', () => {
    const days = [day(1, 1), day(4, 1), day(5, 1)];

    expect(render(days, '2021-10-04').at(-1)).toBe(
      'The table last published is as of 2021-10-04; the newest date is 2021-10-05.',
    );
    expect(render(days, '2021-10-05').join()).not.toContain('last published');
  });
});
