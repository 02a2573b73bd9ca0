import type { AliasItem } from '../look-up-items.ts';
import { entityKey } from '../look-up-key.ts';
import { aliasItem } from '../make-look-up-items.ts';
import { cleanText, codePointLength, isLongerThan } from '../table-a3/text.ts';
import { type Cells, foundCell, type ImportLine, readTable } from './read-table.ts';
import { refuseRepetitions } from './repetitions.ts';

/**
 * The lines of an alias file (`alias,entity_id`): names and foreign identifiers of entities, which need not be known yet.
 * @throws as `readTable`
 */
export async function* readAliases(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
): AsyncGenerator<ImportLine<AliasItem>> {
  yield* refuseRepeatedAliases(readAliasLines(bytes, file));
}

/** As {@link readAliases}, each line by itself: for files too long to remember every key. */
export async function* readAliasLines(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
): AsyncGenerator<ImportLine<AliasItem>> {
  const columns = ['alias', 'entity_id'].map((name) => ({ names: [name], isNeeded: true }));
  yield* toAliases(readTable(bytes, columns, file));
}

/** Passes lines on, but refuses those that name another entity than an earlier one. */
export function refuseRepeatedAliases<T extends { readonly entity_key: string }>(
  lines: AsyncIterable<ImportLine<T>>,
): AsyncGenerator<ImportLine<T>> {
  const keyOf = (item: T) => item.entity_key;
  return refuseRepetitions(lines, 'alias', keyOf, keyOf);
}

async function* toAliases(lines: AsyncIterable<ImportLine<Cells>>): AsyncGenerator<ImportLine<AliasItem>> {
  for await (const line of lines) yield line.ok ? toAlias(line.item, line.line) : line;
}

function toAlias(cells: Cells, line: number): ImportLine<AliasItem> {
  const refuse = (column: string, reason: string, found?: string) =>
    ({ ok: false, refusal: { line, column, reason, ...(found !== undefined && { found }) } }) as const;
  const alias = cells.get('alias') ?? '';
  const id = cleanText(cells.get('entity_id') ?? '');
  if (entityKey(alias) === '') return refuse('alias', 'Expected a name or an identifier.');
  if (id.text === '') return refuse('entity_id', 'Expected the identifier of an entity.');
  if (id.replaced)
    return refuse(
      'entity_id',
      'Expected no `~`, line end or other control character.',
      foundCell(cells.get('entity_id') ?? ''),
    );
  if (isLongerThan(id.text, 50))
    return refuse('entity_id', 'Expected at most 50 characters.', `${codePointLength(id.text)} characters`);
  return { ok: true, line, item: aliasItem(alias, id.text) };
}
