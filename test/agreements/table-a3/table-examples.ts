/** For every rule of the whole table: rows that break it, and rows that come near and keep it. */
import { type A3RowField, type A3Values, ROW_FIELDS } from '../../../src/agreements/table-a3/fields.ts';

export type Row = Partial<A3Values>;

export interface TableExample {
  readonly rule: string;
  /** The table before: without it there is none. */
  readonly base?: readonly Row[];
  /** Each row is a document. */
  readonly breaks: readonly Row[];
  readonly keeps: readonly Row[];
}

const agreement = (id: string, more: Row = {}): Row => ({ 'A3.2': 'CO', 'A3.3': id, 'A3.6': 'CP', ...more });

const named = (rule: string, field: A3RowField, breaks: string, keeps: string): TableExample => {
  return { rule, breaks: [agreement('A', { [field]: breaks })], keeps: [agreement('A', { [field]: keeps })] };
};

const ofCp = (field: 'A3.6' | 'A3.11' | 'A3.12.2') => [
  named(`TABLE-${field}-not-in-cp`, field, 'NOWHERE', 'CP'),
  named(`TABLE-${field}-in-co-not-cp`, field, 'CO', 'BOTH'),
];

/** 19 of 20 may be left: the example allows a fall of five points. */
function fill(field: A3RowField): TableExample {
  const rows = (filled: number) =>
    Array.from({ length: 20 }, (_, i) => {
      const row = agreement(`A-${i}`);
      if (i < filled) return { ...row, [field]: row[field] ?? (field === 'A3.5' ? '2010-01-25' : 'CP') };
      return { ...row, [field]: null };
    });
  return { rule: `TABLE-${field}-fill`, base: rows(20), breaks: rows(18), keeps: rows(19) };
}

/** `CO` is an entity of CO, `CP` of CP, `BOTH` of both; `NOWHERE` is not known. */
export const TABLE_EXAMPLES: readonly TableExample[] = [
  {
    rule: 'TABLE-A3.3-duplicate',
    breaks: [agreement('A', { 'A3.4': 'ISDA Master 1992' }), agreement('A', { 'A3.4': 'Guarantee Agreement' })],
    keeps: [agreement('A', { 'A3.4': 'ISDA Master 1992' }), agreement('A', { 'A3.4': 'ISDA Master 1992' })],
  },
  ...(['A3.12', 'A3.12.3'] as const).map((field) => ({
    rule: `TABLE-${field}-dangling`,
    breaks: [agreement('A', { [field]: 'G' }), agreement('G-1')],
    keeps: [agreement('A', { [field]: 'G' }), agreement('G')],
  })),
  {
    rule: 'TABLE-A3.6.1-absent',
    breaks: [agreement('A', { 'A3.12': 'G' }), agreement('G')],
    keeps: [agreement('A', { 'A3.12': 'G' }), agreement('G', { 'A3.6.1': 'CP' })],
  },
  named('TABLE-A3.2-not-lei', 'A3.2', 'CO', '5493001KJTIIGC8Y1R12'),
  named('TABLE-A3.2-not-in-co', 'A3.2', 'CP', 'BOTH'),
  ...ofCp('A3.6'),
  ...ofCp('A3.11'),
  ...ofCp('A3.12.2'),
  named('TABLE-A3.6.1-not-in-co-or-cp', 'A3.6.1', 'NOWHERE', 'CO'),
  named('TABLE-A3.9-not-in-co-or-cp', 'A3.9', 'CO,NOWHERE', 'CO,CP,BOTH'),
  ...ROW_FIELDS.map(fill),
];
