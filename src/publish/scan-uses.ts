/**
 * Reading the uses of a shard where few of them matter: of a line its look-up row is read, and its documents, often
 * thousands, only on demand.
 */
import type { Use } from '../agreements/look-up-items.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { corrupt, parsedBatches, parseLine } from './lines.ts';
import type { Place, Shard, UsesLine } from './published.ts';
import { readPublishedLines } from './published-file-reader.ts';

/** Where the documents of a line begin. Inside of a key the quotes would stand behind backslashes. */
const PLACES_MEMBER = ',"lex_ids":[';

export interface ScannedUse {
  readonly use: Use;
  /** Ascending. */
  readonly places: () => readonly Place[];
}

/**
 * The uses in batches, ascending by table, key and version.
 * @throws PermanentError `STORE_CORRUPT`, as `readPublishedLines`
 */
export function scanUses(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  { uses }: Pick<Shard, 'uses'>,
): AsyncIterable<readonly ScannedUse[]> {
  const name = `${folder}/${uses.path}`;
  return parsedBatches(readPublishedLines(a3, folder, uses), name, (line) => scanLine(line, name));
}

function scanLine(line: string, name: string): ScannedUse {
  const end = line.indexOf(PLACES_MEMBER);
  if (end < 0) throw corrupt(name, 'has a line without documents');
  const use = JSON.parse(`${line.slice(0, end)}}`) as Use;
  return { use, places: () => parseLine(line, name, null, parseUses).lex_ids };
}

function parseUses(line: string): UsesLine {
  return JSON.parse(line) as UsesLine;
}
