/**
 * Rules that only the whole table shows: they are judged at publication, stand in the published findings, and never change
 * a document's fate.
 */
import type { Severity } from '../transformed.ts';
import { type A3RowField, MANDATORY_FIELDS, ROW_FIELDS } from './fields.ts';
import { citationOf, type Rule } from './rule.ts';

function rule<const I extends string>(
  id: I,
  field: A3RowField,
  severity: Severity,
  basis: Rule['basis'],
  [checks, message]: readonly [checks: string, message: string],
): Rule & { readonly id: I } {
  const citation = citationOf(field);
  return { id, scope: 'table', field, severity, isFixed: false, checks, message, citation, basis };
}

const duplicate = rule('TABLE-A3.3-duplicate', 'A3.3', 'error', 'house', [
  'Documents that share an agreement identifier say the same: eight fields of other tables and two of this one refer to it.',
  'The agreement identifier stands in {documents} documents that differ.',
]);

const dangling = (['A3.12', 'A3.12.3'] as const).map((field) =>
  rule(`TABLE-${field}-dangling`, field, 'error', 'letter', [
    'The identifier is the agreement identifier (A3.3) of a row of this table.',
    'No row of the table has this agreement identifier.',
  ]),
);

const obligor = rule('TABLE-A3.6.1-absent', 'A3.6.1', 'warning', 'letter', [
  'A row whose A3.3 another row names as its credit enhancement document (A3.12, A3.12.3) names the underlying obligor.',
  'Another row names this agreement as its credit enhancement document, and no underlying obligor is given.',
]);

const recordsEntity = rule('TABLE-A3.2-not-lei', 'A3.2', 'warning', 'letter', [
  'A3.2 is the LEI of the records entity: unlike for counterparties, the instruction leaves no other identifier.',
  'The records entity of these rows is not identified by an LEI.',
]);

const cpMembership = (['A3.6', 'A3.11', 'A3.12.2'] as const).flatMap((field) => [
  rule(`TABLE-${field}-not-in-cp`, field, 'error', 'letter', [
    'The entity stands in CP.2, or at least in CO.2, as of this table: in stale rows and rows that this run did not make, too.',
    'The entity stands neither in CP.2 nor in CO.2 as of this table.',
  ]),
  rule(`TABLE-${field}-in-co-not-cp`, field, 'warning', 'house', [
    'An entity of CO.2 stands in CP.2 too, as of this table.',
    'The entity stands in CO.2 and not in CP.2 as of this table: an affiliate outside the Counterparty table.',
  ]),
]);

const membership = [
  rule('TABLE-A3.2-not-in-co', 'A3.2', 'error', 'letter', [
    'The records entity stands in CO.2 as of this table: in stale rows and rows that this run did not make, too.',
    'The records entity does not stand in CO.2 as of this table.',
  ]),
  ...cpMembership,
  ...(['A3.6.1', 'A3.9'] as const).map((field) =>
    rule(`TABLE-${field}-not-in-co-or-cp`, field, 'error', 'letter', [
      `${field === 'A3.9' ? 'Each entity' : 'The entity'} stands in CO.2 or CP.2 as of this table: in stale rows and rows that this run did not make, too.`,
      'The entity stands neither in CO.2 nor in CP.2 as of this table.',
    ]),
  ),
];

const fill = ROW_FIELDS.map((field) =>
  rule(`TABLE-${field}-fill`, field, MANDATORY_FIELDS.has(field) ? 'error' : 'warning', 'house', [
    `The share of rows that have ${field} falls no further below that of the table before than \`max_fill_rate_drop\` allows.`,
    'Filled in {filled} of {rows} {population}, {share}; in the table before in {base_filled} of {base_rows}, {base_share}.',
  ]),
);

export const TABLE_RULES = [duplicate, ...dangling, obligor, recordsEntity, ...membership, ...fill];

export type TableRuleId = (typeof TABLE_RULES)[number]['id'];
