/** Namespaces of the earlier table that a run does not name: their rows stay as they were, whatever Lex has of them. */
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { Manifest } from './published.ts';
import { readJson } from './shard-plan.ts';

/** Days looked back: where a table is too small for its shards to name a namespace, the run that read it last does. */
const DAYS_BACK = 10;

/**
 * @param named namespaces of the run
 * @returns ascending; those that were known to have no document are not among them
 */
export async function findLeftOut(
  named: readonly string[],
  base: Manifest | null,
  a3: Pick<JobDailyA3Data, 'get'>,
): Promise<readonly string[]> {
  /** Whether a namespace had documents, by the newest day that says so. */
  const known = new Map<string, boolean>();
  let day = base;
  for (let days = 1; day !== null; days += 1) {
    for (const name of namesInShards(day)) if (!known.has(name)) known.set(name, true);
    for (const { namespace, total_docs, total_docs_queried, removals_held } of day.query) {
      const isEmpty = total_docs === 0 && total_docs_queried === 0 && removals_held === 0;
      if (!known.has(namespace)) known.set(namespace, !isEmpty);
    }
    // A day that retention has deleted ends the search.
    day = day.base === null || days === DAYS_BACK ? null : await readJson<Manifest>(day.base, a3);
  }
  const names = [...known].flatMap(([name, hasDocuments]) => (hasDocuments && !named.includes(name) ? [name] : []));
  return names.sort();
}

function namesInShards({ shards }: Manifest): readonly string[] {
  const places = shards.flatMap(({ through, marks }) => (through === null ? marks : [...marks, through]));
  return [...new Set(places.map(({ namespace }) => namespace))];
}
