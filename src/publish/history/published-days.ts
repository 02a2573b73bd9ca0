/** Every day that was published and is still there: along the bases from the head, and by the pointers of dates. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { JobStats } from '../../stores/job-stats.ts';
import type { AsOfPointer } from '../published.ts';
import { openPublishedDay, type PublishedDay } from '../read-published.ts';

export interface HistoryDay extends PublishedDay {
  /** `known`: the next older day of the same iteration. `none`: the first publication. `gone`: deleted. */
  readonly base: 'known' | 'none' | 'gone';
}

export interface PublishedDaysDeps {
  readonly jobStats: Pick<JobStats, 'getLock'>;
  readonly a3: Pick<JobDailyA3Data, 'get' | 'list'>;
}

/**
 * The newest publication first, each once; of a date that was published twice both. Where a base was deleted, the next one is
 * that of the last date before it that still has a table.
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function* readPublishedDays({ jobStats, a3 }: PublishedDaysDeps): AsyncIterable<HistoryDay> {
  const { head } = await jobStats.getLock();
  let day = head === null ? null : await openPublishedDay(a3, head);
  let pointers: readonly string[] | null = null;
  const seen = new Set<string>();
  while (day !== null) {
    const { base, business_date } = day.manifest;
    seen.add(day.key);
    const older: PublishedDay | null = base === null ? null : await openIfThere(a3, base);
    yield { ...day, base: base === null ? 'none' : older === null ? 'gone' : 'known' };
    day = older;
    if (day !== null || base === null) continue;
    pointers ??= await pointersOf(a3);
    day = await lastDayBefore(a3, pointers, business_date, seen);
  }
}

/** `null`: it was deleted. */
async function openIfThere(a3: Pick<JobDailyA3Data, 'get'>, key: string): Promise<PublishedDay | null> {
  const body = await a3.get(key);
  return body === null ? null : openPublishedDay({ get: async () => body }, key);
}

/** Keys of the pointers, descending by date. */
async function pointersOf(a3: Pick<JobDailyA3Data, 'list'>): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of a3.list('as_of')) keys.push(key);
  return keys.sort().reverse();
}

/** @param seen manifests to pass over: a date that was published late stands before the ones that it was built on */
async function lastDayBefore(
  a3: Pick<JobDailyA3Data, 'get'>,
  pointers: readonly string[],
  date: string,
  seen: ReadonlySet<string>,
): Promise<PublishedDay | null> {
  for (const pointer of pointers) {
    if (pointer >= `as_of/${date}.json`) continue;
    const manifest = manifestOf(await a3.get(pointer));
    const day = manifest === null || seen.has(manifest) ? null : await openIfThere(a3, manifest);
    if (day !== null) return day;
  }
  return null;
}

/** A damaged pointer leads nowhere; its day is found when its date is asked for, with the error. */
function manifestOf(body: Buffer | null): string | null {
  try {
    const { manifest } = JSON.parse(body?.toString('utf8') ?? '{}') as Partial<AsOfPointer>;
    return typeof manifest === 'string' ? manifest : null;
  } catch {
    return null;
  }
}
