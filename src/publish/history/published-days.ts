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
 * The newest publication first; of a date that was published twice both. Where a base was deleted, the next one is that of
 * the last date before it that still has a table.
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function* readPublishedDays({ jobStats, a3 }: PublishedDaysDeps): AsyncIterable<HistoryDay> {
  const { head } = await jobStats.getLock();
  let pointers: readonly string[] | null = null;
  let key = head;
  while (key !== null) {
    const day = await openPublishedDay(a3, key);
    const { base, business_date } = day.manifest;
    const isThere = base !== null && (await a3.get(base)) !== null;
    yield { ...day, base: base === null ? 'none' : isThere ? 'known' : 'gone' };
    key = isThere ? base : null;
    if (key !== null || base === null) continue;
    pointers ??= await pointersOf(a3);
    key = await lastManifestBefore(a3, pointers, business_date);
  }
}

/** Keys of the pointers, descending by date. */
async function pointersOf(a3: Pick<JobDailyA3Data, 'list'>): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of a3.list('as_of')) keys.push(key);
  return keys.sort().reverse();
}

async function lastManifestBefore(
  a3: Pick<JobDailyA3Data, 'get'>,
  pointers: readonly string[],
  date: string,
): Promise<string | null> {
  for (const pointer of pointers) {
    if (pointer >= `as_of/${date}.json`) continue;
    const manifest = manifestOf(await a3.get(pointer));
    if (manifest !== null && (await a3.get(manifest)) !== null) return manifest;
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
