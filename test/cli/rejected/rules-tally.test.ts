import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/agreements/transformed.ts';
import type { RejectedItem } from '../../../src/cli/rejected/rejected-items.ts';
import { renderRejected } from '../../../src/cli/rejected/render-rejected.ts';
import { tallyByRule } from '../../../src/cli/rejected/rules-tally.ts';
import { displayWidth } from '../../../src/cli/terminal/harmless.ts';
import { plain } from '../../../src/cli/terminal/paint.ts';

const SCREEN = { paint: plain, width: 80 };
const HEAD = {
  run: 'agreements-2021-10-20',
  isPublished: true,
  deletion: null,
  rule: null,
  namespace: null,
  isUnreadableOnly: false,
};

function item(lex_id: string | null, rule: string, unreadable: RejectedItem['unreadable'] = null): RejectedItem {
  const finding: Finding = { field: null, rule, severity: 'error', message: 'm', value: null, agreement_id: null };
  return { namespace: 'cct', lex_id, since: '2021-10-20', findings: [finding], unreadable };
}

async function* stream(items: readonly RejectedItem[]): AsyncIterable<RejectedItem> {
  yield* items;
}

describe('rejected, rule by rule', () => {
  it('tells the place and the size of an unreadable row, and nothing of its text', async () => {
    const rows = [
      { after: 'cct-0000000246', bytes: 26, looks_like: 'cct-0000000247' },
      { after: '', bytes: 2, looks_like: null },
    ];
    const items = rows.map((row) => item(null, 'LEX-unparsable', row));

    const tally = await tallyByRule(stream(items), { perRule: 10, inAll: 10 });
    const lines = renderRejected(HEAD, tally, SCREEN);

    expect(tally.rules[0]!.reasons.map(({ unreadable }) => unreadable)).toEqual(rows);
    const text = lines.join('\n').replaceAll(/\s+/g, ' ');
    expect(text).toContain('cct looks like cct-0000000247 26 bytes: m');
    expect(text).toContain('cct before the first document 2 bytes: m');
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('tells ids whole: all else gives way to them', async () => {
    const [like, after] = ['0f8fad5b-d9cb-469f-a165-70867728950e', '7c9e6679-7425-40de-944b-e07fc1f90ae7'];
    const wide = { field: 'A3.6.1', value: 'v'.repeat(90), agreement_id: null } as const;
    const [document] = [item(like, 'A3.6.1-unknown')];
    const items = [
      item(null, 'LEX-unparsable', { after, bytes: 12_345, looks_like: like }),
      item(null, 'LEX-unparsable', { after, bytes: 12_345, looks_like: null }),
      { ...document!, findings: [{ ...document!.findings[0]!, ...wide }] },
    ];

    const lines = renderRejected(HEAD, await tallyByRule(stream(items), { perRule: 10, inAll: 10 }), SCREEN);

    expect(lines.join('\n')).toContain(`looks like ${like} 12,345 `);
    expect(lines.join('\n')).toContain(`behind ${after} `);
    expect(lines.join('\n')).toMatch(new RegExp(`cct +${like} +A3.6.1 +v+…`));
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('says of no unreadable line that there is none, and nothing of documents that nobody asked for', async () => {
    const none = await tallyByRule(stream([]), { perRule: 10, inAll: 10 });

    const told = renderRejected({ ...HEAD, isUnreadableOnly: true }, none, SCREEN).join(' ');

    expect(told).toBe('0 unreadable lines rejected as of agreements-2021-10-20, standing ones included.');
  });

  it('says that retention has deleted the raw texts, by whom and when', async () => {
    const tally = await tallyByRule(stream([item('cct-1', 'A')]), { perRule: 10, inAll: 10 });
    const deletion = { by: 'Ada', decided_at: '2021-11-08T22:00:00.000Z' };

    const told = renderRejected({ ...HEAD, deletion }, tally, SCREEN)
      .join('\n')
      .replaceAll(/\s+/g, ' ');

    expect(told).toContain('The raw texts were deleted on 2021-11-08 by retention (Ada).');
  });

  it('counts unreadable rows apart, and documents in which more was found than is kept', async () => {
    const [more, other] = [item('cct-1', 'A'), item('cct-2', 'A')];
    const cut = { ...more.findings[0]!, rule: 'LEX-more-findings', severity: 'warning' } as const;
    const items = [
      { ...more, findings: [...more.findings, cut] },
      other,
      item(null, 'B', { after: '', bytes: 2, looks_like: null }),
    ];

    const tally = await tallyByRule(stream(items), { perRule: 10, inAll: 10 });

    expect(tally).toMatchObject({ documents: 2, unreadable: 1, cut_short: 1 });
    expect(tally.rules.map(({ rule }) => rule)).toEqual(['A', 'B']);
    expect(renderRejected(HEAD, tally, SCREEN).slice(0, 3).join(' ')).toBe(
      '2 documents and 1 unreadable line rejected as of agreements-2021-10-20, standing ones included. ' +
        '1 document has more findings than the 1,000 that are kept of one. ',
    );
  });

  it('keeps so many reasons in all, yet the first ones of each rule, and says where there are more', async () => {
    const often = Array.from({ length: 50 }, (_, i) => item(`cct-${i}`, 'A'));
    const late = Array.from({ length: 12 }, (_, i) => item(`mac-${i}`, 'B'));

    const { rules } = await tallyByRule(stream([...often, ...late, item('pwm-1', 'C')]), { perRule: 100, inAll: 40 });

    expect(rules.map(({ rule, findings, reasons, more }) => [rule, findings, reasons.length, more])).toEqual([
      ['A', 50, 40, true],
      ['B', 12, 10, true],
      ['C', 1, 1, false],
    ]);
  });
});
