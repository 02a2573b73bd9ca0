import { contentHash } from '../content-hash.ts';
import { foundCell, type ImportLine } from './read-table.ts';

/**
 * Passes lines on, but refuses a line whose key an earlier one had with other contents. The same contents again pass.
 * Keeps a digest a key: some 150 bytes a line.
 * @param textOf the cell that holds the key, for people
 */
export async function* refuseRepetitions<T>(
  lines: AsyncIterable<ImportLine<T>>,
  column: string,
  keyOf: (item: T) => string,
  textOf: (item: T) => string,
  rule?: string,
): AsyncGenerator<ImportLine<T>> {
  const seen = new Map<string, { readonly line: number; readonly digest: string }>();
  for await (const line of lines) {
    if (!line.ok) {
      yield line;
      continue;
    }
    const key = keyOf(line.item);
    const digest = contentHash(line.item, []).slice(0, 32);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, { line: line.line, digest });
    if (earlier === undefined || earlier.digest === digest) yield line;
    else {
      const reason = `Line ${earlier.line} has the same key and says something else.`;
      const found = foundCell(textOf(line.item));
      yield { ok: false, refusal: { line: line.line, column, reason, found, ...(rule !== undefined && { rule }) } };
    }
  }
}
