/**
 * Writes the pointers of dates again: what a date means follows from the line of bases behind the head, and from JobStats for
 * what lies behind a table that was deleted. Safe to run again, and beside a run.
 */
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { JobStats, JobStatsRow } from '../stores/job-stats.ts';
import { attemptOfManifest, manifestKey } from './attempt-files.ts';
import { readPublishedDays } from './history/published-days.ts';
import type { AsOfPointer } from './published.ts';
import { deletedTables } from './retention/deletion-record.ts';
import { encodeJson } from './shard-plan.ts';
import { lastPublished } from './table-of-date.ts';
import { asOfKey, pointedAt } from './write-as-of.ts';

export interface RebuildPointersDeps {
  readonly jobStats: Pick<JobStats, 'getLock' | 'listRuns'>;
  readonly a3: Pick<JobDailyA3Data, 'get' | 'list' | 'putPointer'>;
}

export interface RebuiltPointers {
  /** Dates whose pointer was right, or that have no table any more by a record of retention. */
  readonly right: number;
  /** Ascending by date. `was`: the manifest that the pointer named; `null`: there was none, or it was damaged. */
  readonly written: readonly { readonly business_date: string; readonly was: string | null; readonly now: string }[];
  /** Dates that were published, ascending; the manifest is not there, and no record of retention says why. */
  readonly lost: readonly string[];
  /** Dates with a pointer of which nothing says that they were published, ascending. They stay as they are. */
  readonly unknown: readonly string[];
}

/** @throws PermanentError `STORE_CORRUPT`: a manifest cannot be read */
export async function rebuildPointers({ jobStats, a3 }: RebuildPointersDeps): Promise<RebuiltPointers> {
  const written: RebuiltPointers['written'][number][] = [];
  const lost: string[] = [];
  const tables = await tablesByDate({ jobStats, a3 });
  let right = 0;
  for (const [business_date, now] of [...tables].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const was = pointedAt(await a3.get(asOfKey(business_date)));
    if ((await a3.get(now)) === null) {
      if ((await deletedTables(a3, business_date)).length > 0) right += 1;
      else lost.push(business_date);
    } else if (was === now) right += 1;
    else {
      await putPointer(a3, business_date, now);
      written.push({ business_date, was, now });
    }
  }
  await followHead({ jobStats, a3 }, written);
  return { right, written, lost, unknown: await unknownDates(a3, tables) };
}

/** What each published date means: the last publication of it. */
async function tablesByDate({ jobStats, a3 }: RebuildPointersDeps): Promise<ReadonlyMap<string, string>> {
  const tables = new Map<string, string>();
  let ofDate: JobStatsRow[] = [];
  const take = () => {
    const last = lastPublished(ofDate);
    if (last !== null) tables.set(last.business_date, manifestKey(last));
    ofDate = [];
  };
  for await (const row of jobStats.listRuns()) {
    if (ofDate[0] !== undefined && ofDate[0].business_date !== row.business_date) take();
    ofDate.push(row);
  }
  take();
  const inLine = new Set<string>();
  for await (const { key, manifest, base } of readPublishedDays({ jobStats, a3 })) {
    if (!inLine.has(manifest.business_date)) tables.set(manifest.business_date, key);
    inLine.add(manifest.business_date);
    if (base === 'gone') break; // Behind it the very pointers lead on that are in question.
  }
  return tables;
}

/** A run may have published one of the dates meanwhile, and have written its pointer before this did. */
async function followHead(
  { jobStats, a3 }: RebuildPointersDeps,
  written: readonly { readonly business_date: string; readonly now: string }[],
): Promise<void> {
  const { head } = await jobStats.getLock();
  if (head === null) return;
  const { business_date } = attemptOfManifest(head);
  const own = written.find((one) => one.business_date === business_date);
  if (own !== undefined && own.now !== head) await putPointer(a3, business_date, head);
}

async function putPointer(
  a3: Pick<JobDailyA3Data, 'putPointer'>,
  business_date: string,
  manifest: string,
): Promise<void> {
  const pointer: AsOfPointer = { manifest };
  await a3.putPointer(asOfKey(business_date), encodeJson(pointer));
}

async function unknownDates(
  a3: Pick<JobDailyA3Data, 'list'>,
  tables: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const unknown: string[] = [];
  for await (const { key } of a3.list('as_of')) {
    const date = /^as_of\/(\d{4}-\d{2}-\d{2})\.json$/.exec(key)?.[1];
    if (date !== undefined && !tables.has(date)) unknown.push(date);
  }
  return unknown.sort();
}
