import { describe, expect, it } from 'vitest';
import { renderFindings } from '../../src/cli/findings/render-findings.ts';
import { tallyFindings } from '../../src/cli/findings/tally-findings.ts';
import { writeFindingsJson } from '../../src/cli/findings/write-findings-json.ts';
import { displayWidth } from '../../src/cli/terminal/harmless.ts';
import { plain } from '../../src/cli/terminal/paint.ts';
import type { TableFinding } from '../../src/publish/published.ts';

const row = (lex_id: string) => ({ namespace: 'mac', lex_id, 'A3.3': `${lex_id}-1` });
const dangling = (value: string, count: number): TableFinding => ({
  rule: 'TABLE-A3.12-dangling',
  field: 'A3.12',
  severity: 'error',
  message: 'No row of the table has this agreement identifier.',
  value,
  rows: [row('mac-1'), row('mac-2')].slice(0, count),
  count,
});
const FINDINGS: readonly TableFinding[] = [
  dangling('G-1\u001b[31m', 2),
  dangling('G-2', 1),
  dangling('G-3', 1),
  {
    rule: 'TABLE-A3.14-fill',
    field: 'A3.14',
    severity: 'warning',
    message: 'Filled in 1 of 20 rows of the table, 5 %; in the table before in 19 of 20, 95 %.',
    value: 'table',
    rows: [],
    count: 19,
  },
];

async function* stream(): AsyncIterable<TableFinding> {
  yield* FINDINGS;
}

async function* none(): AsyncIterable<TableFinding> {
  yield* [];
}

describe('findings on a table', () => {
  it('are told rule by rule, with counts, the first rows and what is left out', async () => {
    const tallies = await tallyFindings(stream(), 2);
    const lines = renderFindings({ run: 'agreements-2021-10-20', rule: null }, tallies, { paint: plain, width: 80 });

    expect(lines.every((line) => displayWidth(line) <= 80)).toBe(true);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "4 findings on the table of agreements-2021-10-20 as a whole.

      TABLE-A3.12-dangling  error, 3 findings, 4 rows. The identifier is the agreement
        identifier (A3.3) of a row of this table.
        value          rows  first of them
        G-1\\u{1b}[31m     2  mac mac-1, A3.3 mac-1-1
        G-2               1  mac mac-1, A3.3 mac-1-1
        and 1 more: --limit 3

      TABLE-A3.14-fill  warning, 1 finding, 19 rows. The share of rows that have A3.14
        falls no further below that of the table before than \`max_fill_rate_drop\`
        allows.
        Filled in 1 of 20 rows of the table, 5 %; in the table before in 19 of 20, 95
          %."
    `);
  });

  it('are written as JSON one after the other, all of them, as the tallies have them', async () => {
    const tallies = await tallyFindings(stream(), 1_000);
    const many = async function* () {
      for (let i = 0; i < 2_000; i += 1) yield dangling(`G-${i}`, 1);
    };
    for (const [findings, rules] of [
      [stream(), tallies],
      [many(), await tallyFindings(many(), 2_000)],
      [none(), []],
    ] as const) {
      const blocks: string[] = [];
      const terminal = {
        isOutputClosed: false,
        write: async (data: string | Uint8Array) => void blocks.push(`${data}`),
      };
      await writeFindingsJson({ schema: 'lexdelta.findings/1' }, findings, terminal);

      expect(JSON.parse(blocks.join(''))).toEqual({ schema: 'lexdelta.findings/1', rules });
      expect(Math.max(...blocks.map((block) => block.length))).toBeLessThan(100_000);
    }
  });

  it('of a day of before they had a severity take that of the catalogue', async () => {
    const { severity: _, ...old } = dangling('G', 1);
    const tallies = await tallyFindings(
      (async function* () {
        yield old;
      })(),
      1,
    );

    expect(tallies).toMatchObject([{ rule: 'TABLE-A3.12-dangling', severity: 'error', findings: 1, rows: 1 }]);
  });
});
