/** The columns of a `~` file with what stands in each where there is no value. */
import { type FlatTable, flatFields, type PackageField } from '../data-package.ts';
import type { FlatFormat } from './flat-format.ts';

export interface FlatColumn extends PackageField {
  readonly missing: string;
}

/** In field order; the first is the date, the second what the rows are known by in a message. */
export function flatColumns(table: FlatTable, format: FlatFormat): readonly FlatColumn[] {
  return flatFields(table).map((field) => {
    return { ...field, missing: format.notApplicableByField[field.name] ?? format.notApplicable };
  });
}

/** The header row's cells; `null`: there is no header row. */
export function headerCells(columns: readonly FlatColumn[], { header }: FlatFormat): readonly string[] | null {
  if (header === 'none') return null;
  return columns.map(({ name, title }) => (header === 'numbers' ? name : title));
}

/** The texts that stand for a value that there is not, each once, in the order in which columns use them. */
export function missingValues(columns: readonly FlatColumn[]): readonly string[] {
  return [...new Set(columns.map(({ missing }) => missing))];
}
