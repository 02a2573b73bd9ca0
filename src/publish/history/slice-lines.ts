/** What a day's run made of one document: from the outputs of its slices, which the published day was made of. */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { sliceListKey } from '../attempt-files.ts';
import { lineBatches, parsedBatches } from '../lines.ts';
import type { Place } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { readSliceLists } from '../slice-list.ts';
import type { SliceHeader, SliceLine } from '../slice-output.ts';

/**
 * Reads only slices whose range holds the document.
 * @returns `null`: not known, because that was deleted
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function readSliceLines(
  a3: Pick<JobDailyA3Data, 'get' | 'open'>,
  { manifest }: PublishedDay,
  { namespace, lex_id }: Place,
): Promise<readonly SliceLine[] | null> {
  if ((await a3.get(sliceListKey(manifest, 0))) === null) return null;
  const found: SliceLine[] = [];
  for await (const { key, header } of readSliceLists(manifest, a3)) {
    const { first_id, last_id } = header;
    if (header.namespace !== namespace || first_id === null || last_id === null) continue;
    if (compareBytes(lex_id, first_id) < 0 || compareBytes(lex_id, last_id) > 0) continue;
    const lines = await linesOf(a3, key, lex_id);
    if (lines === null) return null;
    found.push(...lines);
  }
  return found;
}

async function linesOf(
  a3: Pick<JobDailyA3Data, 'open'>,
  key: string,
  lex_id: string,
): Promise<readonly SliceLine[] | null> {
  const blocks = await a3.open(key);
  if (blocks === null) return null;
  const text = `"lex_id":${JSON.stringify(lex_id)}`;
  const parse = (line: string) => (line.includes(text) ? (JSON.parse(line) as SliceHeader | SliceLine) : null);
  const found: SliceLine[] = [];
  for await (const lines of parsedBatches(lineBatches(blocks, key), key, parse)) {
    for (const line of lines) if (line !== null && 'op' in line && line.lex_id === lex_id) found.push(line);
  }
  return found;
}
