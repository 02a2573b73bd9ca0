/** What the sample is made from: the reduced CUAD records, how they are read, and the list of the second day. */
import { readFileSync } from 'node:fs';

/** One agreement, as typed by the data set's annotators. */
export interface SourceAgreement {
  /** `cuad-0001` to `cuad-0510`. */
  readonly id: string;
  readonly source_file: string;
  readonly title: string;
  readonly parties: readonly string[];
  /** Month, day, two-digit year (`5/8/14`); missing parts are `[]`. */
  readonly agreement_date: string;
  readonly governing_law: string;
}

/** How the parties' texts are read. Every text stands exactly as in the records. */
export interface Reading {
  /** By agreement id: entries that only say what parties named before are called; they are no parties. */
  readonly taken_together: Readonly<Record<string, readonly string[]>>;
  /** Texts of parties that a form left blank, or that are only a role. */
  readonly names_nobody: readonly string[];
  /** A misspelled name and the right one, both known to the bank. */
  readonly known_misspellings: Readonly<Record<string, string>>;
  /** Names that are kept out of the look-up files. */
  readonly unknown_to_the_bank: readonly string[];
}

export interface KnownLaw {
  readonly text: string;
  /** ISO 3166 code that stands for exactly this text, or `null` when there is none. */
  readonly code: string | null;
  readonly display: string;
}

export type Mended =
  | { readonly agreement: string; readonly field: 'parties'; readonly was: string; readonly is: readonly string[] }
  | {
      readonly agreement: string;
      readonly field: 'title' | 'agreement_date' | 'governing_law';
      readonly was: string;
      readonly is: string;
    };

export interface DayTwoCorrections {
  readonly mended: readonly Mended[];
  /** Withdrawn from its namespace and added back in another. */
  readonly filed_again: readonly { readonly agreement: string; readonly to: Namespace }[];
  readonly saved_in_other_key_order: readonly string[];
  /** Only the volatile field is another. */
  readonly only_read: readonly string[];
}

export const NAMESPACES = ['mac', 'docman', 'pwm', 'cct'] as const;
export type Namespace = (typeof NAMESPACES)[number];

export interface SampleSource {
  readonly agreements: readonly SourceAgreement[];
  readonly reading: Reading;
  readonly laws: readonly KnownLaw[];
  readonly dayTwo: DayTwoCorrections;
}

/** Reads the committed files below `folder`. Their form is not checked: they are part of the project. */
export function readSampleSource(folder: URL): SampleSource {
  const text = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
  const json = (path: string): unknown => JSON.parse(text(path));
  return {
    agreements: text('source/agreements.ndjson')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as SourceAgreement),
    reading: json('source/reading.json') as Reading,
    laws: json('source/laws.json') as readonly KnownLaw[],
    dayTwo: json('day-2-corrections.json') as DayTwoCorrections,
  };
}
