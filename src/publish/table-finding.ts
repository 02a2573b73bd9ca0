/** What a finding of the whole table is made of. */
import { compareBytes } from '../agreements/byte-order.ts';
import { fillMessage } from '../agreements/table-a3/rule.ts';
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import { TABLE_RULES, type TableRuleId } from '../agreements/table-a3/table-rules.ts';
import type { TableFinding } from './published.ts';

/** Rows that a finding shows. */
export const EXAMPLE_ROWS = 10;

export type FindingRow = TableFinding['rows'][number];

const NO_ROWS: FindingRow[] = [];

/** Counts rows and keeps the first: what comes first is shown, so rows are added in the table's order. */
export class Tally {
  count = 0;
  rows: FindingRow[] = NO_ROWS;

  add(row: FindingRow): void {
    this.count += 1;
    // Most tallies hold one row: a list that grows from nothing takes room for 17.
    if (this.count === 1) this.rows = [row];
    else if (this.rows.length < EXAMPLE_ROWS) this.rows.push(row);
  }

  /** `count` rows at once, of which the first are shown. */
  addMany(count: number, first: readonly FindingRow[]): void {
    this.count += count;
    this.rows = [...this.rows, ...first.slice(0, EXAMPLE_ROWS - this.rows.length)];
  }
}

const byId = new Map(TABLE_RULES.map((rule) => [rule.id, rule]));

export function tableFinding(
  id: TableRuleId,
  rules: RuleSet,
  value: string,
  { rows, count }: Pick<Tally, 'rows' | 'count'>,
  words: Readonly<Record<string, string | number>> = {},
): TableFinding {
  const rule = byId.get(id)!;
  const severity = rules[id] ?? rule.severity;
  return { rule: id, field: rule.field ?? '', severity, message: fillMessage(rule.message, words), value, rows, count };
}

/** Ascending by rule, then value. */
export function compareFindings(a: TableFinding, b: TableFinding): number {
  return compareBytes(a.rule, b.rule) || compareBytes(a.value, b.value);
}
