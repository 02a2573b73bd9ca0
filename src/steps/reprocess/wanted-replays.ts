/** What operators want to have transformed again. */
import { comparePlaces, isWithin, type PlaceRange } from '../../publish/place.ts';
import type { Place } from '../../publish/published.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { type ReplayRequest, readReplayRequests } from './replay-requests.ts';

export interface WantedReplays {
  /** Number of the last request before which all can be served. */
  readonly through: number;
  /** Number of the last request that was read. */
  readonly end: number;
  /** Number of the first request to compare every use; `null`: nobody asked for that. */
  readonly comparison: number | null;
  /** Namespaces that are wanted as a whole. */
  readonly namespaces: ReadonlySet<string>;
  /** Ascending, each once, those of `namespaces` left out. */
  readonly places: readonly Place[];
}

/**
 * Each request is served as far as it names namespaces of this run. `through` stops before the first one that names another:
 * it is served again, whole, once a run has all its namespaces. Twice is harmless, never would not be.
 * @param after number of the last request that the base has served
 * @param end last one to read; `null`: all that there are
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function readWantedReplays(
  a3: Pick<JobDailyA3Data, 'get'>,
  ofRun: readonly string[],
  after: number,
  end: number | null,
): Promise<WantedReplays> {
  const ids = new Map(ofRun.map((namespace) => [namespace, new Set<string>()]));
  const namespaces = new Set<string>();
  const wanted = { through: after, end: after, comparison: null as number | null };
  let isServedWhole = true;
  for await (const { number, request } of readReplayRequests(a3, after, end)) {
    wanted.end = number;
    if (request.look_ups) wanted.comparison ??= number;
    for (const { namespace, lex_id } of request.documents) ids.get(namespace)?.add(lex_id);
    for (const namespace of request.namespaces) if (ids.has(namespace)) namespaces.add(namespace);
    isServedWhole &&= namedBy(request).every((namespace) => ids.has(namespace));
    if (isServedWhole) wanted.through = number;
  }
  for (const namespace of namespaces) ids.delete(namespace);
  return { ...wanted, namespaces, places: placesOf(ids) };
}

/** The wanted documents of a part of the order. */
export function placesWithin({ places }: WantedReplays, range: PlaceRange): readonly Place[] {
  return places.filter((place) => isWithin(place, range));
}

function namedBy({ documents, namespaces }: ReplayRequest): readonly string[] {
  return [...documents.map(({ namespace }) => namespace), ...namespaces];
}

function placesOf(ids: ReadonlyMap<string, ReadonlySet<string>>): readonly Place[] {
  const places: Place[] = [];
  for (const [namespace, wanted] of ids) for (const lex_id of wanted) places.push({ namespace, lex_id });
  return places.sort(comparePlaces);
}
