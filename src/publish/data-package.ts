/**
 * `datapackage.json` (Data Package 2.0, with Table Dialect and Table Schema) for the files with columns separated by `~`:
 * what other programs need to read and check them. Pure: the same files, the same package.
 */
import { MASTER_COLUMNS } from '../agreements/imports/master-columns.ts';
import { OFFICIAL_TABLE, type OfficialField } from '../agreements/table-a3/official-table.ts';
import { RULES } from '../agreements/table-a3/rules.ts';
import { type FlatHeader, LINE_ENDS, type LineEnd } from './delivery/flat-format.ts';
import type { TableReservations } from './delivery/table-reservations.ts';

const PROFILES = 'https://datapackage.org/profiles/2.0';
/** The files quote nothing, and a reader must have some character for it: one that no cleaned text holds. */
const NEVER_USED = '\u001f';

export type FlatTable = 'A-3' | 'CO' | 'CP';

export interface FlatFile {
  readonly table: FlatTable;
  /** Relative to the package, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  readonly rows: number;
  readonly header: FlatHeader;
  readonly lineEnd: LineEnd;
  /** What stands for a value that there is not. */
  readonly missingValues: readonly string[];
}

interface FieldConstraints {
  readonly required?: true;
  readonly unique?: true;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
}

export interface PackageField {
  readonly name: string;
  readonly title: string;
  readonly type: 'string' | 'date';
  readonly constraints?: FieldConstraints;
}

const TITLES: Readonly<Record<FlatTable, string>> = {
  'A-3': 'Table A-3, Legal Agreements',
  CO: 'Corporate Organization Master Table',
  CP: 'Counterparty Master Table',
};

export interface PackageFacts {
  readonly business_date: string;
  /** That published it. */
  readonly run: string;
  readonly version: string;
  /** Of Table A-3; `null` where it is not in the package. */
  readonly reservations: TableReservations | null;
}

export function dataPackage(about: PackageFacts, files: readonly FlatFile[]) {
  return {
    $schema: `${PROFILES}/datapackage.json`,
    name: `qfc-records-${about.business_date}`,
    title: `Records of qualified financial contracts as of ${about.business_date}`,
    description: `31 CFR Part 148 and 12 CFR Part 371, Appendices A and B. Published by ${about.run}.`,
    version: about.version,
    // A property of our own: the standard asks for a name that nobody else takes.
    ...(about.reservations === null ? {} : { 'lexdelta:reservations': about.reservations }),
    resources: files.map(resource),
  };
}

/** The fields of a file, in order. */
export function flatFields(table: FlatTable): readonly PackageField[] {
  if (table === 'A-3') return OFFICIAL_TABLE.map(agreementField);
  const [identifier, ...others] = MASTER_COLUMNS[table].map(({ field, officialName, check }): PackageField => {
    return { name: field, title: officialName, type: 'string', constraints: check.constraint };
  });
  if (identifier === undefined) return [];
  const key: PackageField = { ...identifier, constraints: { required: true, unique: true, ...identifier.constraints } };
  return [asOfField(`${table}.1`), key, ...others];
}

function resource(file: FlatFile) {
  return {
    $schema: `${PROFILES}/dataresource.json`,
    name: file.table.toLowerCase(),
    title: TITLES[file.table],
    type: 'table',
    path: file.path,
    format: 'csv',
    mediatype: 'text/csv',
    encoding: 'utf-8',
    bytes: file.bytes,
    hash: `sha256:${file.sha256}`,
    rows: file.rows,
    dialect: {
      $schema: `${PROFILES}/tabledialect.json`,
      delimiter: '~',
      lineTerminator: LINE_ENDS[file.lineEnd],
      quoteChar: NEVER_USED,
      doubleQuote: false,
      header: file.header !== 'none',
    },
    schema: {
      $schema: `${PROFILES}/tableschema.json`,
      fields: file.header === 'names' ? flatFields(file.table).map(headedByName) : flatFields(file.table),
      missingValues: file.missingValues,
    },
  };
}

/** Readers hold the header row to the names of the fields. */
function headedByName(field: PackageField): PackageField {
  return { ...field, name: field.title, title: field.name };
}

function asOfField(name: string): PackageField {
  return { name, title: 'As of date', type: 'date', constraints: { required: true } };
}

function agreementField({ field, name, format }: OfficialField): PackageField {
  if (field === 'A3.1') return asOfField(field);
  const required = isNeverEmpty(field) ? { required: true as const } : {};
  if (format === 'YYYY-MM-DD') return { name: field, title: name, type: 'date', constraints: required };
  return { name: field, title: name, type: 'string', constraints: { ...required, ...textConstraint(format) } };
}

/** `Char(1)` is a flag, `Varchar(50)` a text. */
export function textConstraint(format: string): Pick<FieldConstraints, 'maxLength' | 'enum'> {
  if (format === 'Char(1)') return { enum: ['Y', 'N'] };
  const length = /^Varchar\((\d+)\)$/.exec(format)?.[1];
  return length === undefined ? {} : { maxLength: Number(length) };
}

/** Rows without it are not made, whatever the configuration says of the severity of rules. */
export function isNeverEmpty(field: OfficialField['field']): boolean {
  if (field === 'A3.1') return true;
  return RULES.some(({ id, isFixed, severity }) => id === `${field}-absent` && isFixed && severity === 'error');
}
