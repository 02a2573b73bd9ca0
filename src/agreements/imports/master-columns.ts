/** Columns of the master tables: 31 CFR Part 148, Appendix A. CO.1 and CP.1, the date of extraction, are not kept. */
import type { EntityRole } from '../look-up-items.ts';
import type { MasterField } from '../table-a3/rule.ts';
import { codePointLength } from '../table-a3/text.ts';

/** What a cell may be wrong in; with the field's number it is the id of an import rule, for example `CO.4-too-long`. */
export type CellFault = 'too-long' | 'flag' | 'number' | 'status';

/** How a column's cells are checked. */
export interface CellCheck {
  readonly fault: CellFault;
  /** What holds of a right cell, as a sentence. */
  readonly checks: string;
  /** Why a cell is refused, as a sentence. */
  readonly reason: string;
  /** Of a cleaned, non-empty cell. */
  readonly isRight: (cell: string) => boolean;
  /** The same for other programs: the longest that it may be, the only values, or the form that it has. */
  readonly constraint:
    | { readonly maxLength: number }
    | { readonly enum: readonly string[] }
    | { readonly pattern: string };
}

export interface MasterColumn {
  /** For example `CO.4`. */
  readonly field: MasterField;
  readonly officialName: string;
  readonly check: CellCheck;
}

function varchar(max: number): CellCheck {
  return {
    fault: 'too-long',
    checks: `The text has at most ${max} characters.`,
    reason: `Expected at most ${max} characters.`,
    isRight: (cell) => codePointLength(cell) <= max,
    constraint: { maxLength: max },
  };
}

function oneOf(fault: CellFault, ...texts: readonly string[]): CellCheck {
  const list = texts.join(' or ');
  return {
    fault,
    checks: `The value is ${list}, or there is none.`,
    reason: `Expected ${list}, or nothing.`,
    isRight: (cell) => texts.includes(cell),
    constraint: { enum: texts },
  };
}

const yesOrNo = oneOf('flag', 'Y', 'N');

/** Num (5,2): up to five digits, of which two decimals. */
const PERCENTAGE = /^-?\d{1,3}(?:\.\d{1,2})?$/;
const percentage: CellCheck = {
  fault: 'number',
  checks: 'The value is a number with up to 3 digits and 2 decimals, or there is none.',
  reason: 'Expected a number with up to 3 digits and 2 decimals.',
  isRight: (cell) => PERCENTAGE.test(cell),
  constraint: { pattern: PERCENTAGE.source },
};

function column(field: MasterField, officialName: string, check: CellCheck): MasterColumn {
  return { field, officialName, check };
}

const CO_COLUMNS: readonly MasterColumn[] = [
  column('CO.2', 'Entity identifier', varchar(50)),
  column('CO.3', 'Has LEI been used for entity identifier?', yesOrNo),
  column('CO.4', 'Legal name of entity', varchar(200)),
  column('CO.5', 'Immediate parent entity identifier', varchar(50)),
  column('CO.6', 'Has LEI been used for immediate parent entity identifier?', yesOrNo),
  column('CO.7', 'Legal name of immediate parent entity', varchar(200)),
  column('CO.8', 'Percentage ownership of immediate parent entity in the entity', percentage),
  column('CO.9', 'Entity type', varchar(50)),
  column('CO.10', 'Domicile', varchar(50)),
  column('CO.11', 'Jurisdiction under which incorporated or organized', varchar(50)),
  column('CO.12', 'Reporting status', oneOf('status', 'REN', 'NFC', 'EXC', 'ZER', 'DEM', 'OTH')),
];

const CP_COLUMNS: readonly MasterColumn[] = [
  column('CP.2', 'Counterparty identifier', varchar(50)),
  column('CP.3', 'Has LEI been used for counterparty identifier?', yesOrNo),
  column('CP.4', 'Legal name of counterparty', varchar(200)),
  column('CP.5', 'Domicile', varchar(50)),
  column('CP.6', 'Jurisdiction under which incorporated or organized', varchar(50)),
  column('CP.7', 'Immediate parent entity identifier', varchar(50)),
  column('CP.8', 'Has LEI been used for immediate parent entity identifier?', yesOrNo),
  column('CP.9', 'Legal name of immediate parent entity', varchar(200)),
  column('CP.10', 'Ultimate parent entity identifier', varchar(50)),
  column('CP.11', 'Has LEI been used for ultimate parent entity identifier?', yesOrNo),
  column('CP.12', 'Legal name of ultimate parent entity', varchar(100)),
];

/** In field order; the first is the identifier. */
export const MASTER_COLUMNS: Readonly<Record<EntityRole, readonly MasterColumn[]>> = { CO: CO_COLUMNS, CP: CP_COLUMNS };
