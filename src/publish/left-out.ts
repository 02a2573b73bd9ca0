/** Namespaces of which a run reads nothing, named or not: their rows stay as they were, whatever Lex has of them. */
import type { CarriedOver, NamespaceCounts } from '../job/contracts.ts';
import { documentsRead } from '../job/gates.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { loadEarlierManifest } from './manifest.ts';
import type { Manifest } from './published.ts';

/** Days looked back where tables do not say it themselves: those that were published before they did. */
const DAYS_BACK = 10;

/** What the newest day that says so says of a namespace: the date that its rows are of, or that it has none. */
type Standing = string | 'empty';

/**
 * @param query of the run
 * @returns ascending; a namespace that the base has nothing of is not among them
 */
export async function findCarriedOver(
  query: readonly NamespaceCounts[],
  base: Manifest | null,
  a3: Pick<JobDailyA3Data, 'get'>,
): Promise<readonly CarriedOver[]> {
  const read = new Set(query.filter((counts) => !isUnread(counts)).map(({ namespace }) => namespace));
  const standing = await standingOf(base, a3);
  const carried = [...standing].filter(([namespace]) => !read.has(namespace));
  return carried.map(([namespace, since]) => ({ namespace, since })).sort(byNamespace);
}

/** Lex has, or may have, documents there, and none was read. */
export function isUnread(counts: NamespaceCounts): boolean {
  return documentsRead(counts) === 0 && counts.total_docs !== 0;
}

function byNamespace(a: CarriedOver, b: CarriedOver): number {
  return a.namespace < b.namespace ? -1 : 1;
}

/** Every namespace that the table may have something of, and the date that it is of; `null`: not known. */
async function standingOf(
  base: Manifest | null,
  a3: Pick<JobDailyA3Data, 'get'>,
): Promise<ReadonlyMap<string, string | null>> {
  const found = new Map<string, Standing | null>();
  const inShards = new Set<string>();
  let day = base;
  for (let days = 1; day !== null; days += 1) {
    for (const [name, standing] of standingsOf(day)) if (!found.has(name)) found.set(name, standing);
    if (day.carried_over !== undefined) break; // It says the rest as well.
    for (const name of namesInShards(day)) inShards.add(name);
    // A day that retention has deleted ends the search, too.
    if (day.base === null || days === DAYS_BACK) break;
    day = await loadEarlierManifest(a3, day.base);
  }
  for (const name of inShards) if (!found.has(name)) found.set(name, null);
  return new Map([...found].filter(([, standing]) => standing !== 'empty'));
}

function* standingsOf({ business_date, query, carried_over = [] }: Manifest): Iterable<[string, Standing | null]> {
  for (const counts of query) {
    if (isUnread(counts)) continue;
    const isEmpty = counts.total_docs_queried === 0 && counts.removals_held === 0;
    yield [counts.namespace, isEmpty ? 'empty' : business_date];
  }
  for (const { namespace, since } of carried_over) yield [namespace, since];
}

/** Those of rows, and of bounds, which may have been set before the last row of a namespace went. */
function namesInShards({ shards }: Manifest): readonly string[] {
  const places = shards.flatMap(({ through, marks }) => (through === null ? marks : [...marks, through]));
  return [...new Set(places.map(({ namespace }) => namespace))];
}
