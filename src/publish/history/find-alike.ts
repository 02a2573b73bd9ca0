import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { PublishedFile, RejectedEntry, Shard, TableRow } from '../published.ts';
import { namespacesOf } from './find-agreement.ts';
import { mapInParallel } from './map-in-parallel.ts';
import type { HistoryDay } from './published-days.ts';
import { searchLines } from './search-lines.ts';
import { spellings } from './spellings.ts';

const PARALLEL_FILES = 4;

/**
 * What somebody may have meant who mistyped a lex id or an A3.3, with the namespace in front where it was given; `null`: the
 * day knows nothing that is spelled alike. One reading of the day's table and rejections.
 * @param text found nowhere
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function findAlike(
  a3: Pick<JobDailyA3Data, 'open'>,
  day: HistoryDay,
  text: string,
  namespace: string | null,
): Promise<string | null> {
  const prefix = namespacesOf([day]).find((name) => text.startsWith(`${name}/`) && text.length > name.length + 1);
  const rest = prefix === undefined ? text : text.slice(prefix.length + 1);
  const candidates = spellings(rest);
  if (candidates.length === 0) return null;
  const only = prefix ?? namespace;
  const isIn = (line: Named) => only === null || line.namespace === only;
  const inTable = await namesIn<TableRow>(
    a3,
    day,
    ({ table }) => table,
    ['A3.3', 'lex_id'],
    candidates,
    (row) => (isIn(row) ? [row['A3.3'], row.lex_id] : []),
  );
  const inRejected = await namesIn<RejectedEntry>(
    a3,
    day,
    ({ rejected }) => rejected,
    ['agreement_id', 'lex_id'],
    candidates,
    (entry) => (isIn(entry) ? [entry.lex_id, ...entry.findings.map(({ agreement_id }) => agreement_id)] : []),
  );
  const known = new Set([...inTable, ...inRejected]);
  const nearest = candidates.find((one) => known.has(one));
  return nearest === undefined ? null : `${prefix === undefined ? '' : `${prefix}/`}${nearest}`;
}

interface Named {
  readonly namespace: string;
}

/** The names of lines that are among the candidates. */
async function namesIn<T extends Named>(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder, manifest }: HistoryDay,
  fileOf: (shard: Shard) => PublishedFile,
  members: readonly string[],
  candidates: readonly string[],
  namesOf: (line: T) => readonly (string | null)[],
): Promise<readonly string[]> {
  const wanted = new Set<string | null>(candidates);
  const texts = candidates.flatMap((one) => members.map((member) => `"${member}":${JSON.stringify(one)}`));
  const meant = (line: T) => namesOf(line).filter((name): name is string => wanted.has(name));
  const found = await mapInParallel(manifest.shards.map(fileOf), PARALLEL_FILES, (file) =>
    searchLines<T, readonly string[]>(a3, folder, file, {
      texts,
      isMeant: (line) => meant(line).length > 0,
      keep: meant,
    }),
  );
  return found.flat(2);
}
