/**
 * Every day that was published and is still there: along the bases from the head, and by the pointers of dates. The one walk
 * over days; it visits each table once, whatever bases and pointers say.
 */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { JobStats } from '../../stores/job-stats.ts';
import { openPublishedDay, type PublishedDay } from '../read-published.ts';
import { pointedAt } from '../write-as-of.ts';

export interface HistoryDay extends PublishedDay {
  /** `known`: the next older day of the same iteration. `none`: the first publication. `gone`: deleted. */
  readonly base: 'known' | 'none' | 'gone';
}

export interface PublishedDaysDeps {
  readonly jobStats: Pick<JobStats, 'getLock'>;
  readonly a3: Pick<JobDailyA3Data, 'get' | 'list'>;
}

/**
 * The newest publication first, each once; of a date that was published twice both. Where a base was deleted, it goes on with
 * the line of bases that has the last date before it; which of the two was published first nothing else tells.
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function* readPublishedDays({ jobStats, a3 }: PublishedDaysDeps): AsyncIterable<HistoryDay> {
  const { head } = await jobStats.getLock();
  const seen = new Set<string>();
  let day = head === null ? null : await openPublishedDay(a3, head);
  let others: Map<string, PublishedDay> | null = null;
  while (day !== null) {
    const { base, business_date } = day.manifest;
    seen.add(day.key);
    others?.delete(day.key);
    const older: PublishedDay | null = base === null || seen.has(base) ? null : await openIfThere(a3, base);
    yield { ...day, base: base === null ? 'none' : older === null ? 'gone' : 'known' };
    if (older === null && base !== null) others ??= await readOthers(a3, seen);
    day = older ?? (others === null ? null : nextLine(others, business_date));
  }
}

/** `null`: it was deleted. */
async function openIfThere(a3: Pick<JobDailyA3Data, 'get'>, key: string): Promise<PublishedDay | null> {
  const body = await a3.get(key);
  return body === null ? null : openPublishedDay({ get: async () => body }, key);
}

/** Days that pointers lead to, and their bases, by key. */
async function readOthers(
  a3: Pick<JobDailyA3Data, 'get' | 'list'>,
  seen: ReadonlySet<string>,
): Promise<Map<string, PublishedDay>> {
  const found = new Map<string, PublishedDay>();
  for await (const pointer of a3.list('as_of')) {
    // A damaged pointer leads nowhere; its day is found when its date is asked for, with the error.
    let key = pointedAt(await a3.get(pointer.key));
    while (key !== null && !seen.has(key) && !found.has(key)) {
      const day: PublishedDay | null = await openIfThere(a3, key);
      if (day !== null) found.set(key, day);
      key = day?.manifest.base ?? null;
    }
  }
  return found;
}

/**
 * The newest publication of the line of bases to go on with; `null`: nothing is left. The line that reaches the first publication
 * is the last one.
 */
function nextLine(others: ReadonlyMap<string, PublishedDay>, date: string): PublishedDay | null {
  const builtOn = new Map([...others.values()].map((day) => [day.manifest.base, day]));
  const lines = new Map<string, Line>();
  for (const day of others.values()) {
    const newest = climb(day, builtOn);
    const line = lines.get(newest.key) ?? { newest, isLast: false, before: '', after: '' };
    const { business_date, base } = day.manifest;
    const which = business_date < date ? 'before' : 'after';
    const isLast = line.isLast || base === null;
    lines.set(newest.key, { ...line, isLast, [which]: business_date > line[which] ? business_date : line[which] });
  }
  const inOrder = [...lines.values()].sort(
    (a, b) => Number(a.isLast) - Number(b.isLast) || compareBytes(b.before, a.before) || compareBytes(b.after, a.after),
  );
  return inOrder[0]?.newest ?? null;
}

interface Line {
  readonly newest: PublishedDay;
  /** Whether its oldest day is the first publication. */
  readonly isLast: boolean;
  /** Its last date before the one to go on from, and its last date after that; `''`: none. */
  readonly before: string;
  readonly after: string;
}

/** Bases that lead in a circle, which no run writes, have no newest: then wherever it was come to. */
function climb(day: PublishedDay, builtOn: ReadonlyMap<string | null, PublishedDay>): PublishedDay {
  const climbed = new Set<string>();
  let newest = day;
  for (let next = builtOn.get(newest.key); next !== undefined && !climbed.has(next.key); next = builtOn.get(next.key)) {
    climbed.add(next.key);
    newest = next;
  }
  return newest;
}
