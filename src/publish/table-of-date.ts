/**
 * Which table a date means. Its pointer says so, a file of a few bytes that no digest vouches for: it is held against the date
 * that it is of, and against what JobStats has of the date's runs.
 */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { JobStats, JobStatsRow } from '../stores/job-stats.ts';
import { attemptOfManifest, manifestKey } from './attempt-files.ts';
import { asOfKey, pointedAt } from './write-as-of.ts';

export interface TableOfDate {
  /** Key of the manifest, where it is known: of a pointer that is wrong, what JobStats says. `null`: nothing is known of a table. */
  readonly manifest: string | null;
  /** What is wrong with the pointer: goes on where its name ends. `null`: nothing. */
  readonly pointerFault: string | null;
}

export interface TableOfDateDeps {
  readonly jobStats: Pick<JobStats, 'getLock' | 'listRuns'>;
  readonly a3: Pick<JobDailyA3Data, 'get'>;
}

/** The head is the truth on its date: its pointer follows it, and is missing or an older attempt's until its run has ended. */
export async function findTableOf({ jobStats, a3 }: TableOfDateDeps, business_date: string): Promise<TableOfDate> {
  const { head, as_of, hashes_of } = await jobStats.getLock();
  const body = await a3.get(asOfKey(business_date));
  const pointed = pointedAt(body);
  if (head !== null && as_of === business_date) {
    const isDone = hashes_of === head;
    return { manifest: head, pointerFault: pointed === head || !isDone ? null : faultAgainst(body, pointed, head) };
  }
  const rows = await Array.fromAsync(jobStats.listRuns({ business_date }));
  const last = lastPublished(rows);
  const recorded = last === null ? null : manifestKey(last);
  if (pointed === null) {
    if (body === null && recorded === null) return { manifest: null, pointerFault: null };
    return { manifest: recorded, pointerFault: faultAgainst(body, null, recorded) };
  }
  const { attempt, business_date: date } = attemptOfManifest(pointed);
  if (date !== business_date)
    return { manifest: recorded, pointerFault: `names ${pointed}, the table of another date` };
  const own = rows.find((row) => row.attempt === attempt);
  // A run that died right after its publication was closed as something else, and the next one wrote its pointer.
  const isLater = last === null || (own !== undefined && own.fence >= last.fence);
  if (isLater) return { manifest: pointed, pointerFault: null };
  return { manifest: recorded, pointerFault: faultAgainst(body, pointed, recorded) };
}

/** The run that published the date last; `null`: none has. */
export function lastPublished(rows: readonly JobStatsRow[]): JobStatsRow | null {
  const published = rows.filter(({ status }) => status === 'succeeded' || status === 'published_incomplete');
  return published.reduce<JobStatsRow | null>((a, b) => (a !== null && a.fence > b.fence ? a : b), null);
}

/** @param recorded the manifest that the date's last run has published; `null`: JobStats knows of none */
function faultAgainst(body: Buffer | null, pointed: string | null, recorded: string | null): string {
  const known = recorded === null ? 'JobStats has no table for the date' : `${recorded} was published for the date`;
  if (body === null) return `is missing, though ${known}`;
  if (pointed === null) return `names no manifest; ${known}`;
  return `names ${pointed}, though ${known}`;
}

/** The attempt whose manifest it is. */
export function isOf(manifest: AttemptId, id: AttemptId): boolean {
  return manifest.business_date === id.business_date && manifest.attempt === id.attempt;
}
