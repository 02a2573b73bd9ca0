/** Holds the table that the product printed against the outcomes that the book allows. */
import { dated, type Expected, type Held } from './book.ts';
import { compareBytes } from './row.ts';

export interface Difference {
  readonly namespace: string;
  readonly id: string;
  readonly expected: readonly Held[];
  readonly got: { readonly rows: readonly string[]; readonly rejected: boolean };
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Rows that no document can have made, or that stand in the wrong place. */
  readonly strangeRows: readonly string[];
  /** By namespace and id: the outcomes that agree with what was printed. */
  readonly agreed: ReadonlyMap<string, ReadonlyMap<string, readonly Held[]>>;
}

/**
 * The table's rows carry no lex id, so both are walked in the table's order: at each document, the longest of its outcomes
 * that stands next in the table is its own.
 *
 * @param table lines of `as-of --format ndjson`
 * @param rejected `namespace id` of each document that the product says is rejected
 */
export function compareTable(
  table: readonly string[],
  rejected: ReadonlySet<string>,
  expected: readonly Expected[],
  date: string,
): Comparison {
  const inOrder = expected.toSorted((a, b) => compareBytes(a.namespace, b.namespace) || compareBytes(a.id, b.id));
  const differences: Difference[] = [];
  const strangeRows: string[] = [];
  const agreed = new Map<string, Map<string, readonly Held[]>>();
  const wanted = new Set(
    inOrder.flatMap((one) => one.outcomes.flatMap((held) => held.rows.map((row) => dated(row, date)))),
  );
  let at = 0;
  for (const { namespace, id, outcomes } of inOrder) {
    while (at < table.length && !wanted.has(table[at]!)) strangeRows.push(table[at++]!);
    const isRejected = rejected.has(`${namespace} ${id}`);
    const standing = outcomes
      .filter((held) => held.rows.every((row, i) => dated(row, date) === table[at + i]))
      .toSorted((a, b) => b.rows.length - a.rows.length);
    const longest = standing[0]?.rows.length ?? 0;
    const right = standing.filter((held) => held.rows.length === longest && held.rejected === isRejected);
    if (right.length === 0) {
      const rows = table.slice(at, at + longest);
      differences.push({ namespace, id, expected: outcomes, got: { rows, rejected: isRejected } });
    }
    at += longest;
    const ofNamespace = agreed.get(namespace) ?? new Map<string, readonly Held[]>();
    agreed.set(namespace, ofNamespace.set(id, right.length === 0 ? outcomes : right));
  }
  strangeRows.push(...table.slice(at));
  return { differences, strangeRows, agreed };
}
