import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/cli/terminal/harmless.ts';
import { type Column, renderTable } from '../../../src/cli/terminal/table.ts';

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.constantFrom(
    '\x1b[31mred',
    'a\nb',
    '\u202Eevil',
    '界面'.repeat(30),
    '👍🏽',
    'e\u0301'.repeat(20),
    '\ud800',
    'اتفاقية',
    `Z${'\u0335'.repeat(90)}`,
  ),
);
/** Ends the direction of a cell. */
const LEFT_TO_RIGHT_MARK = '\u200e';
const column: fc.Arbitrary<Column> = fc.record({
  header: fc.constantFrom('namespace', 'lex id', 'n'),
  align: fc.constantFrom('left', 'right'),
  flexible: fc.boolean(),
});

describe('renderTable', () => {
  it('is never wider than it may be, and never holds a control character, whatever the cells hold', () => {
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 8 }).chain((columns) =>
          fc.tuple(
            fc.constant(columns),
            fc.array(fc.array(hostileText, { minLength: columns.length, maxLength: columns.length }), {
              maxLength: 6,
            }),
          ),
        ),
        fc.integer({ min: 40, max: 80 }),
        ([columns, rows], width) => {
          const lines = renderTable(columns, rows, width, '  ');

          expect(lines).toHaveLength(rows.length + 1);
          for (const line of lines) {
            expect(displayWidth(line)).toBeLessThanOrEqual(width);
            expect(line.replaceAll(LEFT_TO_RIGHT_MARK, '')).not.toMatch(/[\p{Cc}\p{Cf}]|\p{M}{5}/u);
          }
        },
      ),
    );
  });

  it('begins each column in the same place on every line', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hostileText, hostileText), { maxLength: 6 }), (rows) => {
        const columns: Column[] = [{ header: 'first', flexible: true }, { header: '|' }];
        const lines = renderTable(
          columns,
          rows.map(([text]) => [text, '|']),
          80,
        );

        const starts = lines.map((line) => displayWidth(line.slice(0, line.lastIndexOf('|'))));
        expect(new Set(starts).size).toBe(1);
      }),
    );
  });

  it('keeps columns where they are beside a cell that is written from right to left', () => {
    const columns: Column[] = [{ header: 'value' }, { header: 'since' }];

    const [, cut, plain] = renderTable(
      columns,
      [
        ['اتفاقية 5', '2021-10-20'],
        ['Vertrag 5', '2021-10-20'],
      ],
      40,
    );

    expect(cut).toBe('اتفاقية 5\u200e  2021-10-20');
    expect(plain).toBe('Vertrag 5  2021-10-20');
  });

  it('takes room from flexible columns before the others', () => {
    const columns: Column[] = [
      { header: 'name', flexible: true },
      { header: 'figure', align: 'right' },
    ];

    const [, row] = renderTable(columns, [['x'.repeat(100), '1,234,567']], 40);

    expect(row).toBe(`${'x'.repeat(29)}… 1,234,567`);
  });
});
