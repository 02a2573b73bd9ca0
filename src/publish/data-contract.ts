/**
 * `contract.json`: what a day's table promises, as an Open Data Contract (ODCS 3.1), made from the columns, the official
 * table and the catalogue of rules. Pure: the same code with the same rules in force, the same contract.
 */
import type { A3Field } from '../agreements/table-a3/fields.ts';
import { OFFICIAL_TABLE, type OfficialField } from '../agreements/table-a3/official-table.ts';
import type { Rule } from '../agreements/table-a3/rule.ts';
import { RULES, type RuleSet } from '../agreements/table-a3/rules.ts';
import { isNeverEmpty, textConstraint } from './data-package.ts';
import { AS_OF_COLUMN, columnName, TABLE_COLUMNS, type TableColumn } from './parquet/columns.ts';

/** The key of a row, and its order. */
const KEY = ['namespace', 'lex_id', ...(['A3.2', 'A3.3', 'A3.6'] as const).map(columnName)];
/** Contact details are personal data. */
const CONTACTS: ReadonlySet<A3Field> = new Set<A3Field>(['A3.13', 'A3.14', 'A3.15', 'A3.16']);
const PHYSICAL = { text: 'VARCHAR', date: 'DATE', integer: 'INT' } as const;
const LOGICAL = { text: 'string', date: 'date', integer: 'integer' } as const;

/** @param rules the severities in force */
export function dataContract(codeVersion: string, rules: RuleSet) {
  return {
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: 'lexdelta-table-a3',
    name: 'Table A-3, Legal Agreements',
    version: codeVersion,
    status: 'active',
    domain: 'qfc-recordkeeping',
    description: {
      purpose: 'The agreements that govern qualified financial contracts, as of each business date.',
      usage: 'Delivered under 31 CFR Part 148 and 12 CFR Part 371, Appendix A and B, table A-3.',
      limitations:
        'Read the parts that the manifest of the day lists. Rows with stale_since are older than their document, which is rejected.',
    },
    servers: [
      {
        server: 'published',
        type: 'local',
        path: 'parquet/*.parquet',
        format: 'parquet',
        description: 'Below the folder of the day, as_of=<date>/attempt=<n>.',
      },
    ],
    schema: [
      {
        name: 'table_a3',
        logicalType: 'object',
        physicalName: 'parquet/shard-*.parquet',
        physicalType: 'table',
        description: 'The whole table as of one business date.',
        dataGranularityDescription: 'One row for each agreement of a document with each of its counterparties.',
        properties: [...partitions(), ...TABLE_COLUMNS.map((column) => property(column, rules))],
        quality: RULES.filter(({ field, scope }) => field === null && scope !== 'import').map(checkOf(rules)),
      },
    ],
  };
}

function partitions() {
  const asOf = OFFICIAL_TABLE.find(({ field }) => field === 'A3.1');
  const partition = { partitioned: true, required: true } as const;
  return [
    {
      name: AS_OF_COLUMN,
      businessName: asOf?.name,
      logicalType: 'date',
      physicalType: 'DATE',
      description: 'A3.1, the business date; in the path.',
      ...partition,
      partitionKeyPosition: 1,
      customProperties: [{ property: 'field', value: 'A3.1' }],
    },
    {
      name: 'attempt',
      logicalType: 'integer',
      physicalType: 'INT',
      description: 'Number of the attempt at this date; in the path.',
      ...partition,
      partitionKeyPosition: 2,
    },
  ];
}

function property(column: TableColumn, rules: RuleSet) {
  const { name, field, type, isRequired } = column;
  const official = OFFICIAL_TABLE.find((one) => one.field === field);
  const position = KEY.indexOf(name);
  const physical = type === 'text' && official !== undefined ? official.format.toUpperCase() : PHYSICAL[type];
  return {
    name,
    ...(official === undefined ? {} : { businessName: official.name }),
    logicalType: LOGICAL[type],
    ...optionsOf(column, official),
    physicalType: type === 'date' ? 'DATE' : physical,
    description: official === undefined ? column.description : sentencesOf(official),
    required: field === null ? isRequired : isNeverEmpty(field),
    ...(position < 0 ? {} : { primaryKey: true, primaryKeyPosition: position + 1 }),
    ...(field !== null && CONTACTS.has(field) ? { classification: 'restricted', tags: ['personal-data'] } : {}),
    ...(field === null
      ? {}
      : {
          customProperties: [{ property: 'field', value: field }],
          quality: RULES.filter((rule) => rule.field === field).map(checkOf(rules)),
        }),
  };
}

function optionsOf({ type }: TableColumn, official: OfficialField | undefined) {
  if (type === 'date') return { logicalTypeOptions: { format: 'yyyy-MM-dd' } };
  if (official === undefined) return {};
  const constraint = textConstraint(official.format);
  if (constraint.enum !== undefined) return { logicalTypeOptions: { pattern: '^[YN]$' } };
  return constraint.maxLength === undefined ? {} : { logicalTypeOptions: { maxLength: constraint.maxLength } };
}

/** What the regulation says of a field; what is in brackets is our reading of its silence. */
function sentencesOf({ sentences }: OfficialField): string {
  return sentences
    .map(({ says }) => says)
    .filter((says) => !says.startsWith('('))
    .join(' ');
}

function checkOf(rules: RuleSet) {
  return ({ id, checks, severity, scope, citation, basis, message }: Rule) => ({
    name: id,
    type: 'text',
    description: checks,
    severity: rules[id] ?? severity,
    customProperties: [
      { property: 'scope', value: scope },
      { property: 'message', value: message },
      { property: 'citation', value: citation },
      { property: 'basis', value: basis },
    ],
  });
}
