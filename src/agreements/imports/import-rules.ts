/**
 * Rules of the master tables that are imported: Corporate Organization (CO) and Counterparty (CP). A line that breaks one is
 * refused, and the whole file with it unless refused lines were allowed for; what is not a table at all is `INPUT_INVALID`.
 */
import type { EntityRole } from '../look-up-items.ts';
import { citationOf, fillMessage, type Rule } from '../table-a3/rule.ts';
import { MASTER_COLUMNS, type MasterColumn } from './master-columns.ts';
import type { Refusal } from './read-table.ts';

const REFUSED = { scope: 'import', severity: 'error', isFixed: true } as const;

function columnRules(role: EntityRole): readonly Rule[] {
  const [identifier, ...others] = MASTER_COLUMNS[role] as readonly [MasterColumn, ...MasterColumn[]];
  return [...identifierRules(role, identifier), ...[identifier, ...others].map(cellRule)];
}

function cellRule({ field, check }: MasterColumn): Rule {
  const { fault, checks, reason: message } = check;
  return { ...REFUSED, id: `${field}-${fault}`, field, checks, message, citation: citationOf(field), basis: 'letter' };
}

function identifierRules(role: EntityRole, { field }: MasterColumn): readonly Rule[] {
  const make = (fault: string, basis: Rule['basis'], checks: string, message: string): Rule => {
    return { ...REFUSED, id: `${field}-${fault}`, field, checks, message, citation: citationOf(field), basis };
  };
  return [
    make('absent', 'house', 'The line gives an identifier.', 'Expected an identifier.'),
    make(
      'characters',
      'house',
      'The identifier holds nothing that the flat file cannot carry. In other columns a line end or control character becomes a blank.',
      'Expected no `~`, line end or other control character.',
    ),
    make(
      'repeated',
      // Only CO.2 has a rule of uniqueness; an entity has one item in the Entity table, so CP.2 needs the same.
      role === 'CO' ? 'letter' : 'house',
      'The identifier stands in one line, or again in lines that say the same.',
      'Line {line} has the same key and says something else.',
    ),
    make(
      'alias',
      'house',
      'The identifier is no alias of another entity.',
      'This identifier is an alias of another entity.',
    ),
  ];
}

function lineRule(id: string, checks: string, message: string): Rule {
  return {
    ...REFUSED,
    id,
    field: null,
    checks,
    message,
    citation: 'RFC 4180; FDIC staff FAQ, question 4',
    basis: 'house',
  };
}

export const IMPORT_RULES: readonly Rule[] = [
  ...columnRules('CO'),
  ...columnRules('CP'),
  lineRule(
    'IMPORT-columns',
    'A line has as many columns as the header row.',
    'Expected {expected} columns as in the header, found {found}.',
  ),
  lineRule(
    'IMPORT-tilde',
    'No cell holds `~`, which separates the columns of the flat files: nobody but its owner knows what it stands for.',
    'Expected no `~`, which separates the columns of the flat files.',
  ),
  lineRule(
    'IMPORT-quote',
    'A cell that holds quotes is quoted as a whole.',
    'A quote stands where none may: a cell with quotes is quoted as a whole, with "" for each of them.',
  ),
];

const messages = new Map(IMPORT_RULES.map(({ id, message }) => [id, message]));

/** A refusal by the rule `rule`, in its words. @param found as `Refusal.found` */
export function refusalOf(
  rule: string,
  line: number,
  column: string,
  values: Readonly<Record<string, number>> = {},
  found?: string,
): Refusal {
  const reason = fillMessage(messages.get(rule) ?? rule, values);
  return { line, column, reason, ...(found !== undefined && { found }), rule };
}
