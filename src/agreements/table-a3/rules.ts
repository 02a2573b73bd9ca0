/**
 * The catalogue of rules: what findings, documentation and tests call by the same stable ids.
 * An id is permanent: retire it, never rename or reuse it.
 */
import type { Severity } from '../transformed.ts';
import type { A3Field } from './fields.ts';
import { LINE_RULES } from './line-rules.ts';

export interface Rule {
  readonly id: string;
  /** `null`: about the document as a whole. */
  readonly field: A3Field | null;
  /** Default; configuration may say otherwise unless the rule is fixed. */
  readonly severity: Severity;
  /** No row, or no key of a row, can be made where it is broken, so configuration cannot change its severity. */
  readonly isFixed: boolean;
  readonly message: string;
  /** Where the rule comes from. */
  readonly citation: string;
}

/** The severity in force of every rule, by its id: plain data, so that it can be handed to a worker thread. */
export type RuleSet = Readonly<Record<string, Severity>>;

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

const ENTITY_FIELDS = ['A3.2', 'A3.6', 'A3.6.1', 'A3.9', 'A3.11', 'A3.12.2'] as const;
const CP_FIELDS = ['A3.6', 'A3.11', 'A3.12.2'] as const;
const TEXT_FIELDS = ['A3.3', 'A3.12', 'A3.12.3', 'A3.13', 'A3.14', 'A3.15', 'A3.16'] as const;
const FLAG_FIELDS = ['A3.8', 'A3.10', 'A3.12.1'] as const;

/** The fields that a flag speaks of. */
const FLAG_OF = {
  'A3.9': 'A3.8',
  'A3.11': 'A3.10',
  'A3.12': 'A3.10',
  'A3.12.2': 'A3.12.1',
  'A3.12.3': 'A3.12.1',
} as const;
const FLAGGED_FIELDS = ['A3.9', 'A3.11', 'A3.12', 'A3.12.2', 'A3.12.3'] as const;

export type EntityField = (typeof ENTITY_FIELDS)[number];
export type TextField = (typeof TEXT_FIELDS)[number];
export type FlagField = (typeof FLAG_FIELDS)[number];
export type FlaggedField = (typeof FLAGGED_FIELDS)[number];

function rule<const I extends string>(
  id: I,
  field: A3Field,
  severity: Severity,
  message: string,
  options: { readonly isFixed?: boolean } = {},
): Rule & { readonly id: I } {
  const citation = `31 CFR 148 App. A, ${field}`;
  return { id, field, severity, isFixed: options.isFixed ?? false, message, citation };
}

const entityRules = ENTITY_FIELDS.flatMap((field) => [
  rule(`${field}-lei`, field, 'error', 'The identifier has the form of an LEI, but its check digits are wrong.'),
  rule(`${field}-unknown`, field, 'error', 'The Entity table does not know this entity. Enrichment was asked for.'),
  rule(
    `${field}-replaced`,
    field,
    'warning',
    'The identifier holds characters that the flat file cannot carry; each became a blank.',
  ),
  rule(`${field}-too-long`, field, 'error', `Longer than ${MAX_LENGTH[field]} characters.`),
]);

const roleRules = [
  rule('A3.2-not-in-co', 'A3.2', 'error', 'The entity is known, but not in the Corporate Organization table (CO.2).'),
  ...CP_FIELDS.flatMap((field) => [
    rule(`${field}-not-in-cp`, field, 'error', 'The entity is known, but not in the Counterparty table (CP.2).'),
    rule(
      `${field}-in-co-not-cp`,
      field,
      'warning',
      'Found in CO, not in CP: an affiliate outside the Counterparty table.',
    ),
  ]),
  ...(['A3.6.1', 'A3.9'] as const).map((field) =>
    rule(`${field}-not-in-co-or-cp`, field, 'error', 'The entity is known, but neither in CO.2 nor in CP.2.'),
  ),
];

const textRules = TEXT_FIELDS.flatMap((field) => [
  rule(`${field}-too-long`, field, 'error', `Longer than ${MAX_LENGTH[field]} characters.`),
  rule(`${field}-replaced`, field, 'warning', 'Holds characters that the flat file cannot carry; each became a blank.'),
]);

const flagRules = [
  ...FLAG_FIELDS.map((field) => rule(`${field}-flag`, field, 'error', 'Must be Y or N.')),
  ...FLAGGED_FIELDS.flatMap((field) => [
    rule(`${field}-absent`, field, 'error', `Needed, because ${FLAG_OF[field]} is Y.`),
    rule(`${field}-beside-n`, field, 'warning', `Given, though ${FLAG_OF[field]} is N; left out.`),
  ]),
];

const otherRules = [
  rule('A3.2-absent', 'A3.2', 'error', 'The records entity is missing.', { isFixed: true }),
  rule('A3.3-absent', 'A3.3', 'error', 'The agreement has no identifier.', { isFixed: true }),
  rule('A3.3-repeated', 'A3.3', 'error', 'Another record of this document has the same identifier and counterparty.', {
    isFixed: true,
  }),
  rule('A3.4-absent', 'A3.4', 'error', 'The agreement has no name.'),
  rule('A3.4-cut', 'A3.4', 'warning', 'Longer than 50 characters: cut; the whole name stands in the lineage.'),
  rule('A3.4-replaced', 'A3.4', 'warning', 'Holds characters that the flat file cannot carry; each became a blank.'),
  rule('A3.5-absent', 'A3.5', 'warning', 'The agreement has no date.'),
  rule('A3.5-unreadable', 'A3.5', 'error', 'The date is unreadable, or no day of the calendar.'),
  rule('A3.6-absent', 'A3.6', 'error', 'The counterparty is missing.', { isFixed: true }),
  rule('A3.7-absent', 'A3.7', 'warning', 'The agreement names no governing law.'),
  rule('A3.7-unknown', 'A3.7', 'warning', 'The GoverningLaw table does not know this law; the text stands as it is.'),
  rule('A3.7-cut', 'A3.7', 'warning', 'Longer than 50 characters: cut.'),
  rule('A3.7-replaced', 'A3.7', 'warning', 'Holds characters that the flat file cannot carry; each became a blank.'),
];

export const RECORD_RULES = [...otherRules, ...flagRules, ...entityRules, ...roleRules, ...textRules];

function documentRule<const I extends string>(
  id: I,
  message: string,
  severity: Severity = 'error',
): Rule & { readonly id: I } {
  return { id, field: null, severity, isFixed: true, message, citation: 'Document schema' };
}

/** About documents as a whole. Messages of the first three say where, what was expected and what was found. */
export const DOCUMENT_RULES = [
  documentRule('LEX-missing-key', 'A member that the document must have is missing.'),
  documentRule('LEX-wrong-type', 'A member of the document has the wrong type.'),
  documentRule('LEX-unexpected-value', 'A member of the document has a value that its shape does not allow.'),
  documentRule('LEX-mapping-failed', 'The mapping of the namespace could not read the document.'),
  documentRule('LEX-no-record', 'The document makes no record: it has no agreement or no counterparty.'),
  documentRule('LEX-too-many-records', 'The document makes more than 10,000 records.'),
  documentRule('LEX-more-findings', 'There are more findings than the 1,000 that are kept of a document.', 'warning'),
];

export type RecordRuleId = (typeof RECORD_RULES)[number]['id'];
export type DocumentRuleId = (typeof DOCUMENT_RULES)[number]['id'];

/** Every rule, ascending by id. */
export const RULES: readonly Rule[] = [...LINE_RULES, ...DOCUMENT_RULES, ...RECORD_RULES].sort((a, b) =>
  a.id < b.id ? -1 : 1,
);
