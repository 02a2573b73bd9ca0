/**
 * Table A-3 sentence by sentence (31 CFR Part 148 and 12 CFR Part 371, Appendices A and B, which agree but for typography),
 * each with the rules that hold a row to it, or why none can. `docs/rules.md` is made from it.
 */
import type { A3Field } from './fields.ts';

export interface OfficialSentence {
  /** Our words, close to the text. */
  readonly says: string;
  /** Ids of rules; empty where none is possible. */
  readonly rules: readonly string[];
  /** Why there is none, or what else to know. */
  readonly note?: string;
}

export interface OfficialField {
  readonly field: A3Field;
  readonly name: string;
  /** As in the appendix, for example `Varchar(50)`. */
  readonly format: string;
  readonly sentences: readonly OfficialSentence[];
}

const TEXT_OF_ANY_KIND = 'Free text: the appendix has examples and no list of codes.';

function says(text: string, ...rules: readonly string[]): OfficialSentence {
  return { says: text, rules };
}

function cannot(text: string, note: string): OfficialSentence {
  return { says: text, rules: [], note };
}

function noted(sentence: OfficialSentence, note: string): OfficialSentence {
  return { ...sentence, note };
}

const varchar = (field: A3Field, max: number): OfficialSentence =>
  noted(
    says(`Varchar(${max}).`, `${field}-too-long`, `${field}-replaced`),
    'Characters are Unicode code points; those that the flat file cannot carry become blanks.',
  );

const lei = (field: A3Field, text: string, ...more: readonly string[]): OfficialSentence =>
  noted(
    says(text, `${field}-lei`, `${field}-lei-case`, `${field}-lei-not-current`, `${field}-unknown`, ...more),
    'Which entity has an LEI that the document does not use cannot be told: the value is the identifier of the Entity table.',
  );

const inCp = (field: A3Field, text: string): OfficialSentence =>
  noted(
    says(
      text,
      `${field}-not-in-cp`,
      `${field}-in-co-not-cp`,
      `TABLE-${field}-not-in-cp`,
      `TABLE-${field}-in-co-not-cp`,
    ),
    'An affiliate stands in CO and need not stand in CP (point 2 below), so that is a rule of its own.',
  );

const inEither = (field: A3Field, text: string): OfficialSentence =>
  says(text, `${field}-not-in-co-or-cp`, `TABLE-${field}-not-in-co-or-cp`);

/** Nothing in the text; held all the same. */
const fill = (field: A3Field): OfficialSentence =>
  noted(says('(Silent on how many rows may lack it.)', `TABLE-${field}-fill`), 'Held against the table before.');

function flag(field: 'A3.8' | 'A3.10' | 'A3.12.1', name: string, meaning: string): OfficialField {
  const sentences = [
    cannot(meaning, 'Only the document can say it.'),
    says('Char(1). Should be Y or N.', `${field}-flag`),
    fill(field),
  ];
  return { field, name, format: 'Char(1)', sentences };
}

function contact(field: A3Field, name: string, max: number): OfficialField {
  const sentences = [
    cannot(
      'As given in the notice section of the agreement.',
      'Empty where the agreement gives none. Never shown in findings.',
    ),
    varchar(field, max),
    fill(field),
  ];
  return { field, name: `Counterparty contact information: ${name}`, format: `Varchar(${max})`, sentences };
}

function provider(field: 'A3.11' | 'A3.12.2', flagField: string, whom: string): OfficialField {
  const sentences = [
    lei(field, 'Identifies the provider; LEI if available.'),
    varchar(field, 50),
    says(`Required if ${flagField} is Y.`, `${field}-absent`, `${field}-beside-n`),
    inCp(field, 'Should be a valid entry in the CP table: validated against CP.2.'),
    fill(field),
  ];
  const name = `Third-party credit enhancement provider identifier (for the benefit of the ${whom})`;
  return { field, name, format: 'Varchar(50)', sentences };
}

function enhancement(field: 'A3.12' | 'A3.12.3', flagField: string, whom: string): OfficialField {
  const sentences = [
    cannot('Identifies the credit enhancement document.', 'It is an A3.3: see its validation.'),
    varchar(field, 50),
    says(`Required if ${flagField} is Y.`, `${field}-absent`, `${field}-beside-n`),
    says('Validated against A3.3.', `TABLE-${field}-dangling`),
    fill(field),
  ];
  const name = `Associated third-party credit enhancement agreement document identifier (for the benefit of the ${whom})`;
  return { field, name, format: 'Varchar(50)', sentences };
}

export const OFFICIAL_TABLE: readonly OfficialField[] = [
  {
    field: 'A3.1',
    name: 'As of date',
    format: 'YYYY-MM-DD',
    sentences: [
      cannot(
        'Date of the data extraction, YYYY-MM-DD.',
        'No document gives it: it is the business date of the table that the row stands in, stale rows too, so it can be neither absent nor wrong in a row.',
      ),
    ],
  },
  {
    field: 'A3.2',
    name: 'Records entity identifier',
    format: 'Varchar(50)',
    sentences: [
      lei('A3.2', 'LEI of the records entity.', 'TABLE-A3.2-not-lei'),
      varchar('A3.2', 50),
      says('Validated against CO.2.', 'A3.2-not-in-co', 'TABLE-A3.2-not-in-co'),
      says('(Plainly cannot be empty.)', 'A3.2-absent'),
      fill('A3.2'),
    ],
  },
  {
    field: 'A3.3',
    name: 'Agreement identifier',
    format: 'Varchar(50)',
    sentences: [
      says(
        'Identifier for each master agreement, governing document, netting agreement or credit enhancement agreement.',
        'A3.3-absent',
        'A3.3-repeated',
        'TABLE-A3.3-duplicate',
      ),
      varchar('A3.3', 50),
      fill('A3.3'),
    ],
  },
  {
    field: 'A3.4',
    name: 'Name of agreement or governing document',
    format: 'Varchar(50)',
    sentences: [
      noted(says('Name of the agreement or governing document.', 'A3.4-absent'), TEXT_OF_ANY_KIND),
      noted(says('Varchar(50).', 'A3.4-cut', 'A3.4-replaced'), 'The whole name stands in the lineage.'),
      fill('A3.4'),
    ],
  },
  {
    field: 'A3.5',
    name: 'Agreement date',
    format: 'YYYY-MM-DD',
    sentences: [says('Date of the agreement.', 'A3.5-absent'), says('YYYY-MM-DD.', 'A3.5-unreadable'), fill('A3.5')],
  },
  {
    field: 'A3.6',
    name: 'Agreement counterparty identifier',
    format: 'Varchar(50)',
    sentences: [
      says('Identifies the counterparty.', 'A3.6-absent'),
      lei('A3.6', 'LEI if it has one.'),
      varchar('A3.6', 50),
      inCp('A3.6', 'Validated against CP.2.'),
      fill('A3.6'),
    ],
  },
  {
    field: 'A3.6.1',
    name: 'Underlying QFC obligor identifier',
    format: 'Varchar(50)',
    sentences: [
      noted(
        says(
          'Give the obligor of the underlying QFC when the document is associated with a guarantee or other third-party credit enhancement.',
          'TABLE-A3.6.1-absent',
        ),
        'The text does not say which names make such a document; the table itself does, where a row names another as its credit enhancement.',
      ),
      lei('A3.6.1', 'LEI if it has one.'),
      varchar('A3.6.1', 50),
      inEither('A3.6.1', 'Validated against CO.2 or CP.2.'),
      fill('A3.6.1'),
    ],
  },
  {
    field: 'A3.7',
    name: 'Agreement governing law',
    format: 'Varchar(50)',
    sentences: [
      noted(says('Law that governs contract disputes.', 'A3.7-absent', 'A3.7-unknown'), TEXT_OF_ANY_KIND),
      says('Varchar(50).', 'A3.7-cut', 'A3.7-replaced'),
      fill('A3.7'),
    ],
  },
  flag(
    'A3.8',
    'Cross-default provision?',
    'Does the agreement have default or other termination event provisions that refer to an entity that is not a party to it?',
  ),
  {
    field: 'A3.9',
    name: 'Identity of cross-default entities',
    format: 'Varchar(500)',
    sentences: [
      lei('A3.9', 'The cross-default entities meant by A3.8; LEI if the entity has one.'),
      noted(varchar('A3.9', 500), '23 LEIs with their commas take 482 characters; 24 would take 503.'),
      says('Required if A3.8 is Y.', 'A3.9-absent', 'A3.9-beside-n'),
      inEither('A3.9', 'Each id should be a valid entry in the CO or CP table, if applicable.'),
      noted(
        says('Several entries are comma separated.', 'A3.9-comma'),
        'lexdelta joins them itself, without blanks, in the order given.',
      ),
      fill('A3.9'),
    ],
  },
  flag(
    'A3.10',
    'Covered by third-party credit enhancement agreement (for the benefit of the records entity)?',
    'Needed to determine credit enhancement.',
  ),
  provider('A3.11', 'A3.10', 'records entity'),
  enhancement('A3.12', 'A3.10', 'records entity'),
  flag(
    'A3.12.1',
    'Covered by third-party credit enhancement agreement (for the benefit of the counterparty)?',
    'As A3.10, the other way round.',
  ),
  provider('A3.12.2', 'A3.12.1', 'counterparty'),
  enhancement('A3.12.3', 'A3.12.1', 'counterparty'),
  contact('A3.13', 'name', 200),
  contact('A3.14', 'address', 100),
  contact('A3.15', 'phone', 50),
  contact('A3.16', 'email address', 100),
];

/** Where the text is silent or uneven, and what lexdelta does. */
export const SILENT_POINTS: readonly OfficialSentence[] = [
  noted(
    says('A3.3 has no rule of uniqueness.', 'A3.3-repeated', 'TABLE-A3.3-duplicate'),
    'Within a document two records may share it when they differ in A3.6; two documents may when they say the same.',
  ),
  noted(
    says(
      'A3.6, A3.11 and A3.12.2 are validated against CP.2 alone, though affiliates stand in CO.',
      ...['A3.6', 'A3.11', 'A3.12.2'].flatMap((field) => [`${field}-in-co-not-cp`, `TABLE-${field}-in-co-not-cp`]),
    ),
    'By the letter an intercompany agreement fails; whether that refuses a document is configuration, by default it warns. A1.21.4 takes CO.2 or CP.2.',
  ),
  noted(
    says('A3.6.1 has a condition in its instruction, none in its validation.', 'TABLE-A3.6.1-absent'),
    'Judged by the references of the table, not by names of agreements. Configure it as `error` or `warning`; it never changes what becomes of a document.',
  ),
  noted(
    says(
      'A3.9 beside an A3.8 of N, A3.11 and A3.12 beside an A3.10 of N: only the Y side is stated.',
      ...['A3.9', 'A3.11', 'A3.12', 'A3.12.2', 'A3.12.3'].map((field) => `${field}-beside-n`),
    ),
    'Left out, and not looked up.',
  ),
  noted(says('A3.9 has 500 characters in all.', 'A3.9-too-long'), 'Never cut: half a list would name fewer entities.'),
  noted(
    says('A3.4 and A3.7 are free text of 50.', 'A3.4-cut', 'A3.7-cut', 'A3.7-unknown'),
    'Cut at 50 and trimmed; laws are named as the GoverningLaw table has them.',
  ),
  noted(
    says(
      'Nothing says which of A3.1 to A3.8, A3.10, A3.12.1 and A3.13 to A3.16 may be empty.',
      ...['A3.2', 'A3.3', 'A3.4', 'A3.5', 'A3.6', 'A3.7'].map((field) => `${field}-absent`),
      ...['A3.8', 'A3.10', 'A3.12.1'].map((field) => `${field}-flag`),
    ),
    'An empty text, and one of blanks, counts as absent. A3.13 to A3.16 may be.',
  ),
  noted(
    says(
      'Examples of identifiers (`999999999`) are placeholders; A3.2 alone asks for an LEI outright.',
      'A3.2-lei',
      'A3.2-lei-case',
      'TABLE-A3.2-not-lei',
    ),
    'House identifiers are admitted everywhere, since Varchar(50) admits them; in A3.2 they stand in the findings of the table. What has exactly 20 letters and digits is held to be an LEI, in either case: `kd3x…` finds `KD3X…`, and the row shows the identifier as the Entity table spells it.',
  ),
];
