/** How many rows have each field, and whether that has fallen against the base. */
import { type A3RowField, ROW_FIELDS } from '../agreements/table-a3/fields.ts';
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import type { FillGate, Override } from '../job/contracts.ts';
import { isAccepted } from '../job/gates.ts';
import type { FillCounts, TableFinding, TableRow } from './published.ts';
import { compareFindings, tableFinding } from './table-finding.ts';

/** Of fewer rows than this a share says nothing. */
const MIN_RUN_ROWS = 100;

/** Counts rows as they are written. */
export class FillCounter {
  #rows = 0;
  readonly #filled = ROW_FIELDS.map(() => 0);

  add(row: TableRow): void {
    this.#rows += 1;
    for (let i = 0; i < ROW_FIELDS.length; i += 1) if (row[ROW_FIELDS[i]!] !== null) this.#filled[i]! += 1;
  }

  counts(): FillCounts {
    const filled = Object.fromEntries(ROW_FIELDS.map((field, i) => [field, this.#filled[i]!]));
    return { rows: this.#rows, filled: filled as FillCounts['filled'] };
  }
}

export function sumFillCounts(all: readonly FillCounts[]): FillCounts {
  const sum = (of: (counts: FillCounts) => number): number => all.reduce((total, counts) => total + of(counts), 0);
  const filled = Object.fromEntries(ROW_FIELDS.map((field) => [field, sum((counts) => counts.filled[field])]));
  return { rows: sum(({ rows }) => rows), filled: filled as FillCounts['filled'] };
}

export interface FillComparison {
  /** Of the whole table. */
  readonly table: FillCounts;
  /** Of the rows that this run made. */
  readonly made: FillCounts;
  /** `null`: there is none, or it was published before fields were counted. */
  readonly base: FillCounts | null;
  /** 0 to 1: how far a share may fall. */
  readonly maxDrop: number;
}

/**
 * The gate: of the fields whose rule is an error, the one that has fallen furthest. `null`: nothing to compare.
 * Its threshold is the base's share less what it may fall.
 */
export function fillGate(compared: FillComparison, rules: RuleSet, overrides: readonly Override[]): FillGate | null {
  const { table, base, maxDrop } = compared;
  if (base === null || base.rows === 0 || table.rows === 0) return null;
  const fields = ROW_FIELDS.filter((field) => isGated(field, rules));
  const [field] = fields.toSorted((a, b) => dropOf(b, table, base) - dropOf(a, table, base));
  if (field === undefined) return null;
  const passed = !isLow(field, table, base, maxDrop);
  return {
    field,
    passed,
    numerator: table.filled[field],
    denominator: table.rows,
    ratio: shareOf(field, table),
    threshold: Math.max(0, shareOf(field, base) - maxDrop),
    accepted: !passed && isAccepted(overrides, 'fill'),
    base_numerator: base.filled[field],
    base_denominator: base.rows,
  };
}

/** Ascending by rule, then value: a finding for the whole table, and one for the rows that this run made. */
export function findFillDrops(compared: FillComparison, rules: RuleSet): readonly TableFinding[] {
  const { table, made, base, maxDrop } = compared;
  if (base === null || base.rows === 0) return [];
  const inTable = ROW_FIELDS.filter((field) => isLow(field, table, base, maxDrop)).map((field) =>
    finding(field, 'table', table, base, rules),
  );
  // A run makes few rows of a large table: were they all without a date, the table's share would hardly fall.
  const fields = made.rows < MIN_RUN_ROWS ? [] : ROW_FIELDS.filter((field) => isGated(field, rules));
  const inRun = fields
    .filter((field) => isLow(field, made, base, maxDrop))
    .map((field) => ({ ...finding(field, 'run', made, base, rules), severity: 'warning' as const }));
  return [...inTable, ...inRun].sort(compareFindings);
}

/** Numerator, denominator and population of a gate that failed, as a sentence. */
export function fillCause(gate: FillGate): string {
  const now = `${gate.field} is filled in ${gate.numerator} of ${gate.denominator} rows of the table, ${percent(gate.ratio)}`;
  const base = `${gate.base_numerator} of ${gate.base_denominator} rows of the table before`;
  return `${now}, where ${percent(gate.threshold)} are needed: it was filled in ${base}.`;
}

function finding(
  field: A3RowField,
  value: 'table' | 'run',
  now: FillCounts,
  base: FillCounts,
  rules: RuleSet,
): TableFinding {
  const words = {
    filled: now.filled[field],
    rows: now.rows,
    population: value === 'table' ? 'rows of the table' : 'rows that this run made',
    share: percent(shareOf(field, now)),
    base_filled: base.filled[field],
    base_rows: base.rows,
    base_share: percent(shareOf(field, base)),
  };
  return tableFinding(`TABLE-${field}-fill`, rules, value, { rows: [], count: now.rows - now.filled[field] }, words);
}

function isGated(field: A3RowField, rules: RuleSet): boolean {
  return rules[`TABLE-${field}-fill`] === 'error';
}

/** A hair of tolerance: 0.98 - 0.93 is a little more than 0.05 in binary. */
function isLow(field: A3RowField, now: FillCounts, base: FillCounts, maxDrop: number): boolean {
  return now.rows > 0 && dropOf(field, now, base) > maxDrop + 1e-9;
}

function dropOf(field: A3RowField, now: FillCounts, base: FillCounts): number {
  return shareOf(field, base) - shareOf(field, now);
}

function shareOf(field: A3RowField, { rows, filled }: FillCounts): number {
  return filled[field] / rows;
}

/** Rounded down, so that a share just below the threshold never reads as the threshold. */
function percent(share: number): string {
  return `${Math.floor(share * 1000 + 1e-9) / 10} %`;
}
