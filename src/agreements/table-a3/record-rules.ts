/** Rules about one A-3 record: what `record.ts` and `finish.ts` find. */
import type { Severity } from '../transformed.ts';
import { type A3Field, MAX_LENGTH } from './fields.ts';
import { citationOf, type Rule } from './rule.ts';

export const ENTITY_FIELDS = ['A3.2', 'A3.6', 'A3.6.1', 'A3.9', 'A3.11', 'A3.12.2'] as const;
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

type Basis = Rule['basis'];

function rule<const I extends string>(
  id: I,
  field: A3Field,
  severity: Severity,
  basis: Basis,
  [checks, message]: readonly [checks: string, message: string],
  options: { readonly isFixed?: boolean } = {},
): Rule & { readonly id: I; readonly field: A3Field } {
  const isFixed = options.isFixed ?? false;
  return { id, scope: 'record', field, severity, isFixed, checks, message, citation: citationOf(field), basis };
}

const LEI = 'An identifier of exactly 20 letters and digits, in either case,';

const entityRules = ENTITY_FIELDS.flatMap((field) => [
  rule(`${field}-lei`, field, 'error', 'letter', [
    `${LEI} has the check digits of an LEI (ISO 17442), which are never 00, 01 or 99.`,
    'The identifier has the form of an LEI, but its check digits are wrong.',
  ]),
  rule(`${field}-lei-case`, field, 'warning', 'house', [
    'An LEI is published in capital letters, as ISO 17442 has it: so it stands in the Entity table.',
    'The Entity table has this LEI in small letters, and it is published so.',
  ]),
  rule(`${field}-lei-not-current`, field, 'warning', 'house', [
    'The registration of the LEI is current where GLEIF data was imported: not lapsed, retired, merged or annulled.',
    'GLEIF says that the registration of this LEI is not current; the value names its status.',
  ]),
  rule(`${field}-unknown`, field, 'error', 'letter', [
    'The Entity table knows the entity; one that waits for enrichment counts as unknown.',
    'The Entity table does not know this entity. Enrichment was asked for.',
  ]),
  rule(`${field}-replaced`, field, 'warning', 'house', [
    'The identifier holds nothing that the flat file cannot carry: `~`, line ends, control characters.',
    'The identifier holds characters that the flat file cannot carry; each became a blank.',
  ]),
  rule(`${field}-too-long`, field, 'error', 'letter', [
    `${field === 'A3.9' ? 'All identifiers with their commas have' : 'The identifier has'} at most ${MAX_LENGTH[field]} characters.`,
    `${field === 'A3.9' ? 'All identifiers with their commas are' : 'The identifier is'} longer than ${MAX_LENGTH[field]} characters.`,
  ]),
]);

const roleRules = [
  rule('A3.2-not-in-co', 'A3.2', 'error', 'letter', [
    'The records entity stands in the Corporate Organization table (CO.2).',
    'The entity is known, but not in the Corporate Organization table (CO.2).',
  ]),
  ...CP_FIELDS.flatMap((field) => [
    rule(`${field}-not-in-cp`, field, 'error', 'letter', [
      'The entity stands in the Counterparty table (CP.2), or at least in CO.2.',
      'The entity is known, but not in the Counterparty table (CP.2).',
    ]),
    rule(`${field}-in-co-not-cp`, field, 'warning', 'house', [
      'An entity of the Corporate Organization table (CO.2) stands in the Counterparty table (CP.2) too.',
      'The entity stands in CO.2 and not in CP.2: an affiliate outside the Counterparty table.',
    ]),
  ]),
  ...(['A3.6.1', 'A3.9'] as const).map((field) =>
    rule(`${field}-not-in-co-or-cp`, field, 'error', 'letter', [
      `${field === 'A3.9' ? 'Each entity' : 'The entity'} stands in CO.2 or in CP.2.`,
      'The entity is known, but neither in CO.2 nor in CP.2.',
    ]),
  ),
];

const textRules = TEXT_FIELDS.flatMap((field) => [
  rule(`${field}-too-long`, field, 'error', 'letter', [
    `The text has at most ${MAX_LENGTH[field]} characters.`,
    `The text is longer than ${MAX_LENGTH[field]} characters.`,
  ]),
  replaced(field),
]);

/** Part 371 files have `~` between columns (FDIC staff FAQ, question 4). */
function replaced<const F extends A3Field>(field: F) {
  return rule(`${field}-replaced`, field, 'warning', 'house', [
    'The text holds nothing that the flat file cannot carry: `~`, line ends, control characters.',
    'The text holds characters that the flat file cannot carry; each became a blank.',
  ]);
}

const flagRules = [
  ...FLAG_FIELDS.map((field) =>
    rule(`${field}-flag`, field, 'error', 'letter', ['The flag is Y or N.', 'The flag is neither Y nor N.']),
  ),
  ...FLAGGED_FIELDS.flatMap((field) => [
    rule(`${field}-absent`, field, 'error', 'letter', [
      `The document gives a value when ${FLAG_OF[field]} is Y.`,
      `The document gives no value, though ${FLAG_OF[field]} is Y.`,
    ]),
    rule(`${field}-beside-n`, field, 'warning', 'house', [
      `The document gives no value when ${FLAG_OF[field]} is N.`,
      `The document gives a value, though ${FLAG_OF[field]} is N; it was left out.`,
    ]),
  ]),
];

const FIXED = { isFixed: true } as const;

const otherRules = [
  rule(
    'A3.2-absent',
    'A3.2',
    'error',
    'house',
    ['The document names the records entity.', 'The document names no records entity.'],
    FIXED,
  ),
  rule(
    'A3.3-absent',
    'A3.3',
    'error',
    'house',
    ['The document gives the identifier of the agreement.', 'The document gives no identifier of the agreement.'],
    FIXED,
  ),
  rule(
    'A3.3-repeated',
    'A3.3',
    'error',
    'house',
    [
      'Two records of one document that share their agreement identifier (A3.3) differ in their counterparty (A3.6).',
      'Another record of this document has the same agreement identifier with the same counterparty; the value names both.',
    ],
    FIXED,
  ),
  rule('A3.4-absent', 'A3.4', 'error', 'house', [
    'The document gives the name of the agreement.',
    'The document gives no name of the agreement.',
  ]),
  rule('A3.4-cut', 'A3.4', 'warning', 'letter', [
    `The name of the agreement has at most ${MAX_LENGTH['A3.4']} characters, white space collapsed.`,
    'The name is longer than 50 characters and was cut; the whole name stands in the lineage.',
  ]),
  replaced('A3.4'),
  rule('A3.5-absent', 'A3.5', 'warning', 'house', [
    'The document gives the date of the agreement.',
    'The document gives no date of the agreement.',
  ]),
  rule('A3.5-unreadable', 'A3.5', 'error', 'letter', [
    'The date can be read as a day of the calendar, years 1 to 9999; no date is rolled over.',
    'The date is unreadable, or no day of the calendar.',
  ]),
  rule(
    'A3.6-absent',
    'A3.6',
    'error',
    'house',
    ['The document names the counterparty.', 'The document names no counterparty.'],
    FIXED,
  ),
  rule('A3.9-comma', 'A3.9', 'error', 'house', [
    'No identifier holds a comma: commas stand between the identifiers of the field.',
    'The identifier holds a comma, so that the field would name other entities.',
  ]),
  rule('A3.7-absent', 'A3.7', 'warning', 'house', [
    'The document names the governing law of the agreement.',
    'The document names no governing law of the agreement.',
  ]),
  rule('A3.7-unknown', 'A3.7', 'warning', 'house', [
    'The GoverningLaw table knows the law.',
    'The GoverningLaw table does not know this law; the text stands as it is.',
  ]),
  rule('A3.7-cut', 'A3.7', 'warning', 'letter', [
    `The name of the law has at most ${MAX_LENGTH['A3.7']} characters.`,
    'The name of the law is longer than 50 characters and was cut.',
  ]),
  replaced('A3.7'),
];

export const RECORD_RULES = [...otherRules, ...flagRules, ...entityRules, ...roleRules, ...textRules];

export type RecordRuleId = (typeof RECORD_RULES)[number]['id'];
