import type { EntityRole } from '../look-up-items.ts';
import { entityKey } from '../look-up-key.ts';
import { cleanText, codePointLength } from '../table-a3/text.ts';
import { refusalOf } from './import-rules.ts';
import { MASTER_COLUMNS, type MasterColumn } from './master-columns.ts';
import type { HeaderGaps } from './read-header.ts';
import { type Cells, foundCell, type ImportLine, type Refusal, readTable } from './read-table.ts';
import { refuseRepetitions } from './repetitions.ts';

/** A line of the Corporate Organization or the Counterparty master table. */
export interface MasterRow {
  readonly kind: 'entity';
  readonly role: EntityRole;
  readonly entity_key: string;
  readonly entity_id: string;
  /** By field number, the identifier's own and empty ones left out. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * The lines of a master table. Columns are headed by field number (`CO.4`) or official name; only the identifier's
 * (`CO.2`, `CP.2`) must be there. Texts are cleaned as for Table A-3. The same entity twice with other contents is refused
 * at its second line.
 * @throws as `readTable`
 */
export async function* readMasterTable(
  role: EntityRole,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
): AsyncGenerator<ImportLine<MasterRow>> {
  yield* refuseRepeatedRows(role, readMasterLines(role, bytes, file));
}

/**
 * As {@link readMasterTable}, each line by itself: for files too long to remember every key.
 * @param onHeader as `readTable`; the date of extraction, which is not kept, is no gap
 */
export async function* readMasterLines(
  role: EntityRole,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
  onHeader: (gaps: HeaderGaps) => void = () => undefined,
): AsyncGenerator<ImportLine<MasterRow>> {
  const columns = MASTER_COLUMNS[role];
  const names = columns.map(({ field, officialName }, i) => ({ names: [field, officialName], isNeeded: i === 0 }));
  const isDate = (name: string) => [`${role.toLowerCase()}.1`, 'as of date'].includes(name.toLowerCase());
  const tell = ({ unread, absent }: HeaderGaps) => onHeader({ unread: unread.filter((name) => !isDate(name)), absent });
  yield* toRows(readTable(bytes, names, file, tell), role, columns);
}

/** Passes lines on, but refuses those that say something else of an entity than an earlier one. */
export function refuseRepeatedRows<T extends { readonly entity_key: string; readonly entity_id: string }>(
  role: EntityRole,
  lines: AsyncIterable<ImportLine<T>>,
): AsyncGenerator<ImportLine<T>> {
  const { field } = MASTER_COLUMNS[role][0]!;
  return refuseRepetitions(
    lines,
    field,
    (row) => row.entity_key,
    (row) => row.entity_id,
    `${field}-repeated`,
  );
}

async function* toRows(
  lines: AsyncIterable<ImportLine<Cells>>,
  role: EntityRole,
  columns: readonly MasterColumn[],
): AsyncGenerator<ImportLine<MasterRow>> {
  for await (const line of lines) yield line.ok ? toRow(line.item, line.line, role, columns) : line;
}

function toRow(cells: Cells, line: number, role: EntityRole, columns: readonly MasterColumn[]): ImportLine<MasterRow> {
  const identifier = columns[0]!.field;
  const fields: Record<string, string> = {};
  for (const { field, check } of columns) {
    const { text, replaced } = cleanText(cells.get(field) ?? '');
    if (text === '') continue;
    const found = () => (check.fault === 'too-long' ? `${codePointLength(text)} characters` : foundCell(text));
    if (field === identifier && replaced) {
      return refuse(refusalOf(`${field}-characters`, line, field, {}, foundCell((cells.get(field) ?? '').trim())));
    }
    if (replaced && cells.get(field)?.includes('~')) {
      return refuse(refusalOf('IMPORT-tilde', line, field, {}, foundCell((cells.get(field) ?? '').trim())));
    }
    if (!check.isRight(text)) return refuse(refusalOf(`${field}-${check.fault}`, line, field, {}, found()));
    fields[field] = text;
  }
  const { [identifier]: entity_id, ...others } = fields;
  if (entity_id === undefined) return refuse(refusalOf(`${identifier}-absent`, line, identifier));
  return {
    ok: true,
    line,
    item: { kind: 'entity', role, entity_key: entityKey(entity_id), entity_id, fields: others },
  };
}

function refuse(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal };
}
