import { compareBytes } from '../../agreements/byte-order.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { sliceListKey } from '../attempt-files.ts';
import { lineBatches, parsedBatches } from '../lines.ts';
import type { Place } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { readSliceLists } from '../slice-list.ts';
import type { SliceHeader, SliceLine } from '../slice-output.ts';

/**
 * Whether the day's run found the document saved again in Lex with the same content: other bytes, or another value of a
 * volatile member. That changes nothing that is published, so only what the day was made of tells it.
 * @returns `null`: not known, because that was deleted
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function wasTouched(
  a3: Pick<JobDailyA3Data, 'get' | 'open'>,
  { manifest }: PublishedDay,
  { namespace, lex_id }: Place,
): Promise<boolean | null> {
  if ((await a3.get(sliceListKey(manifest, 0))) === null) return null;
  for await (const { key, header } of readSliceLists(manifest, a3)) {
    const { first_id, last_id } = header;
    if (header.namespace !== namespace || first_id === null || last_id === null) continue;
    if (compareBytes(lex_id, first_id) < 0 || compareBytes(lex_id, last_id) > 0) continue;
    const isTouched = await hasTouch(a3, key, lex_id);
    if (isTouched !== false) return isTouched;
  }
  return false;
}

async function hasTouch(a3: Pick<JobDailyA3Data, 'open'>, key: string, lex_id: string): Promise<boolean | null> {
  const blocks = await a3.open(key);
  if (blocks === null) return null;
  const text = `"lex_id":${JSON.stringify(lex_id)}`;
  const parse = (line: string) => (line.includes(text) ? (JSON.parse(line) as SliceHeader | SliceLine) : null);
  for await (const lines of parsedBatches(lineBatches(blocks, key), key, parse)) {
    if (lines.some((line) => line !== null && 'op' in line && line.op === 'touched' && line.lex_id === lex_id))
      return true;
  }
  return false;
}
