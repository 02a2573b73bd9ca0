/** Differences of the master tables, counted, with a few examples of each. */
import type { EntityRole } from '../../agreements/look-up-items.ts';
import { diffMasters, type MasterDifference } from '../../publish/history/diff-masters.ts';
import type { PublishedDay } from '../../publish/read-published.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';

export interface MasterCounts {
  readonly role: EntityRole;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** The first ones of each kind. */
  readonly examples: readonly MasterDifference[];
}

/** @returns `null`: one of the days was published without master tables */
export async function countMasters(
  a3: Pick<JobDailyA3Data, 'open'>,
  from: PublishedDay,
  to: PublishedDay,
  perKind: number,
): Promise<readonly MasterCounts[] | null> {
  if (from.manifest.masters === undefined || to.manifest.masters === undefined) return null;
  const found: MasterCounts[] = [];
  for (const role of ['CO', 'CP'] as const) {
    const counts = { added: 0, changed: 0, removed: 0 };
    const examples: MasterDifference[] = [];
    for await (const difference of diffMasters(a3, role, from, to)) {
      counts[difference.change] += 1;
      if (counts[difference.change] <= perKind) examples.push(difference);
    }
    found.push({ role, ...counts, examples });
  }
  return found;
}
