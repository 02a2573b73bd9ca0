/** The 20 fields of Table A-3 in the order of 31 CFR Part 148, Appendix A. */
export const A3_FIELDS = [
  'A3.1',
  'A3.2',
  'A3.3',
  'A3.4',
  'A3.5',
  'A3.6',
  'A3.6.1',
  'A3.7',
  'A3.8',
  'A3.9',
  'A3.10',
  'A3.11',
  'A3.12',
  'A3.12.1',
  'A3.12.2',
  'A3.12.3',
  'A3.13',
  'A3.14',
  'A3.15',
  'A3.16',
] as const;

export type A3Field = (typeof A3_FIELDS)[number];
/** The fields of a row without A3.1, which is the date of the table that the row stands in. */
export type A3RowField = Exclude<A3Field, 'A3.1'>;
/** One row's values in field order; `null` where the document gives nothing. */
export type A3Values = Readonly<Record<A3RowField, string | null>>;

/** The fields of a row, in field order. */
export const ROW_FIELDS: readonly A3RowField[] = A3_FIELDS.filter((field) => field !== 'A3.1');

/**
 * Fields that every agreement has: those without a condition ("required if", "if available", "as provided in the notice
 * section") in the appendix, which itself says of none that it may be empty.
 */
export const MANDATORY_FIELDS: ReadonlySet<A3Field> = new Set<A3Field>([
  ...(['A3.1', 'A3.2', 'A3.3', 'A3.4', 'A3.5', 'A3.6', 'A3.7', 'A3.8', 'A3.10', 'A3.12.1'] as const),
]);

/** The longest that a field may be, in code points (Varchar(n) of table A-3). */
export const MAX_LENGTH = {
  'A3.2': 50,
  'A3.3': 50,
  'A3.4': 50,
  'A3.6': 50,
  'A3.6.1': 50,
  'A3.7': 50,
  'A3.9': 500,
  'A3.11': 50,
  'A3.12': 50,
  'A3.12.2': 50,
  'A3.12.3': 50,
  'A3.13': 200,
  'A3.14': 100,
  'A3.15': 50,
  'A3.16': 100,
} as const satisfies Partial<Record<A3Field, number>>;
