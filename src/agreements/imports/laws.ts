import { PermanentError } from '../../errors.ts';
import type { LawItem } from '../look-up-items.ts';
import { lawKey } from '../look-up-key.ts';
import { lawItem } from '../make-look-up-items.ts';
import { cleanText, codePointLength, isLongerThan } from '../table-a3/text.ts';
import { type Cells, type ImportLine, readTable } from './read-table.ts';
import { refuseRepetitions } from './repetitions.ts';

/** A hundred times what there is: an import holds them in memory. */
const MAX_LAWS = 100_000;

/**
 * The lines of a file of governing laws (`law_key,display_name`).
 * @throws as `readTable`
 */
export async function* readLaws(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
): AsyncGenerator<ImportLine<LawItem>> {
  const columns = ['law_key', 'display_name'].map((name) => ({ names: [name], isNeeded: true }));
  yield* refuseRepetitions(
    toLaws(readTable(bytes, columns, file), file),
    'law_key',
    (item) => item.law_key,
    (item) => item.law_key,
  );
}

async function* toLaws(lines: AsyncIterable<ImportLine<Cells>>, file: string): AsyncGenerator<ImportLine<LawItem>> {
  let count = 0;
  for await (const line of lines) {
    count += 1;
    if (count > MAX_LAWS) {
      const what = `${file} cannot be imported: it has more than ${MAX_LAWS} lines, which no file of governing laws has.`;
      throw new PermanentError('INPUT_INVALID', what);
    }
    yield line.ok ? toLaw(line.item, line.line) : line;
  }
}

function toLaw(cells: Cells, line: number): ImportLine<LawItem> {
  const refuse = (column: string, reason: string, found?: string) =>
    ({ ok: false, refusal: { line, column, reason, ...(found !== undefined && { found }) } }) as const;
  const key = cells.get('law_key') ?? '';
  const { text } = cleanText(cells.get('display_name') ?? '');
  if (lawKey(key) === '') return refuse('law_key', 'Expected a text as it occurs in documents, or an ISO 3166 code.');
  if (text === '') return refuse('display_name', 'Expected the text that Table A-3 shall show.');
  if (isLongerThan(text, 50))
    return refuse('display_name', 'Expected at most 50 characters.', `${codePointLength(text)} characters`);
  return { ok: true, line, item: lawItem(key, text) };
}
