/**
 * GLEIF's golden copy as CSV: level 1 (`lei2`, LEI-CDF) says who an LEI is, level 2 (`rr`, RR-CDF) whose parent consolidates
 * it. Millions of lines with hundreds of columns, of which these few are read.
 */
import { isLei } from '../table-a3/lei.ts';
import { cleanText } from '../table-a3/text.ts';
import { type Cells, foundCell, type ImportLine, type Refusal, readTable } from './read-table.ts';

/** What the golden copy says of an LEI; texts are cleaned, and empty where it says nothing. */
export interface GleifEntity {
  /** Upper case. */
  readonly lei: string;
  /** Of the registration: `ISSUED`, `LAPSED`, `RETIRED`, `MERGED`, … */
  readonly status: string;
  readonly name: string;
  /** ISO 3166-1 or 3166-2 code. */
  readonly jurisdiction: string;
  /** Of the legal address. */
  readonly city: string;
  /** ISO 3166-2 code. */
  readonly region: string;
  /** ISO 3166-1 code of two letters. */
  readonly country: string;
}

/** Who consolidates an LEI's entity in the accounts, as it is now. */
export interface GleifParent {
  readonly lei: string;
  readonly kind: 'direct' | 'ultimate';
  readonly parent: string;
}

const ENTITY_COLUMNS = [
  'LEI',
  'Entity.LegalName',
  'Entity.LegalJurisdiction',
  'Entity.LegalAddress.City',
  'Entity.LegalAddress.Region',
  'Entity.LegalAddress.Country',
  'Registration.RegistrationStatus',
] as const;

const PARENT_COLUMNS = [
  'Relationship.StartNode.NodeID',
  'Relationship.EndNode.NodeID',
  'Relationship.RelationshipType',
  'Relationship.RelationshipStatus',
] as const;

const PARENT_KINDS: ReadonlyMap<string, GleifParent['kind']> = new Map([
  ['IS_DIRECTLY_CONSOLIDATED_BY', 'direct'],
  ['IS_ULTIMATELY_CONSOLIDATED_BY', 'ultimate'],
]);

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** @throws as `readTable`; all columns must be there */
export async function* readGleifEntities(bytes: Bytes, file: string): AsyncGenerator<ImportLine<GleifEntity>> {
  for await (const line of readTable(bytes, needed(ENTITY_COLUMNS), file)) {
    yield line.ok ? toEntity(line.item, line.line) : line;
  }
}

/**
 * Parents that are so now; `null` for a line that says something else (another kind of relationship, one that has ended).
 * @throws as `readTable`; all columns must be there
 */
export async function* readGleifParents(bytes: Bytes, file: string): AsyncGenerator<ImportLine<GleifParent | null>> {
  for await (const line of readTable(bytes, needed(PARENT_COLUMNS), file)) {
    yield line.ok ? toParent(line.item, line.line) : line;
  }
}

function needed(names: readonly string[]) {
  return names.map((name) => ({ names: [name], isNeeded: true }));
}

function toEntity(cells: Cells, line: number): ImportLine<GleifEntity> {
  const text = (column: (typeof ENTITY_COLUMNS)[number]) => cleanText(cells.get(column) ?? '').text;
  const lei = text('LEI').toUpperCase();
  if (!isLei(lei)) return refuse(line, 'LEI', 'Expected an LEI: 20 letters and digits with right check digits.', lei);
  const name = text('Entity.LegalName');
  if (name === '') return refuse(line, 'Entity.LegalName', 'Expected the legal name.');
  const status = text('Registration.RegistrationStatus');
  if (!/^[A-Z_]{1,40}$/.test(status)) {
    return refuse(line, 'Registration.RegistrationStatus', 'Expected a status such as ISSUED or LAPSED.', status);
  }
  const item = {
    lei,
    status,
    name,
    jurisdiction: text('Entity.LegalJurisdiction'),
    city: text('Entity.LegalAddress.City'),
    region: text('Entity.LegalAddress.Region'),
    country: text('Entity.LegalAddress.Country'),
  };
  return { ok: true, line, item };
}

function toParent(cells: Cells, line: number): ImportLine<GleifParent | null> {
  const text = (column: (typeof PARENT_COLUMNS)[number]) => (cells.get(column) ?? '').trim();
  const kind = PARENT_KINDS.get(text('Relationship.RelationshipType'));
  if (kind === undefined || text('Relationship.RelationshipStatus') !== 'ACTIVE') return { ok: true, line, item: null };
  const lei = text('Relationship.StartNode.NodeID').toUpperCase();
  const parent = text('Relationship.EndNode.NodeID').toUpperCase();
  for (const [column, value] of [
    ['Relationship.StartNode.NodeID', lei],
    ['Relationship.EndNode.NodeID', parent],
  ] as const) {
    if (!isLei(value))
      return refuse(line, column, 'Expected an LEI: 20 letters and digits with right check digits.', value);
  }
  return { ok: true, line, item: { lei, kind, parent } };
}

/** @param cell what stands there; none, or an empty one, is not told */
function refuse(
  line: number,
  column: string,
  reason: string,
  cell = '',
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { line, column, reason, ...(cell !== '' && { found: foundCell(cell) }) } };
}
