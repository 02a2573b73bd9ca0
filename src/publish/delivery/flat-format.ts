/**
 * What the rule leaves open about its files: the FDIC staff's answers to questions 5 to 11 of its FAQ (file name, header
 * row, end of lines, values that do not apply) are not known here, so each of them is configuration.
 */
export interface FlatFormat {
  /** What the first row holds: the numbers of the fields (`A3.5`), their official names, or no first row at all. */
  readonly header: FlatHeader;
  readonly lineEnd: LineEnd;
  /** Stands for a value that there is not. */
  readonly notApplicable: string;
  /** The same for single fields, by number. */
  readonly notApplicableByField: Readonly<Record<string, string>>;
}

export const FLAT_HEADERS = ['numbers', 'names', 'none'] as const;
export type FlatHeader = (typeof FLAT_HEADERS)[number];

export const LINE_ENDS = { lf: '\n', crlf: '\r\n' } as const;
export type LineEnd = keyof typeof LINE_ENDS;

/** Nothing where there is nothing, as in all other formats. */
export const PLAIN_FORMAT: FlatFormat = {
  header: 'numbers',
  lineEnd: 'lf',
  notApplicable: '',
  notApplicableByField: {},
};

/** FDIC staff FAQ, question 4. */
export const SEPARATOR = '~';

/** In characters. */
const MAX_NOT_APPLICABLE = 50;

/** Why the text cannot stand for a value that there is not, as a sentence's end; `null`: it can. */
export function notApplicableProblem(text: string): string | null {
  if (text.length > MAX_NOT_APPLICABLE) return `expected at most ${MAX_NOT_APPLICABLE} characters`;
  if (/[~\p{Cc}]/u.test(text) || !text.isWellFormed()) return 'expected a text without `~` and control characters';
  return text === text.trim() ? null : 'expected a text without blanks around it';
}
