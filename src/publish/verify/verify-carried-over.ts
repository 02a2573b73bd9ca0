import type { CarriedOver } from '../../job/contracts.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { MANIFEST_PATH } from '../checksums.ts';
import { findCarriedOver } from '../left-out.ts';
import type { Manifest } from '../published.ts';
import type { Faults } from './faults.ts';
import type { OpenedBase } from './open-base.ts';

/**
 * What the day did not read, and since when, against its base. A base of before tables said it was searched further back, where
 * days may be gone by now: that is not held against the day.
 */
export async function verifyCarriedOver(
  { query, carried_over }: Manifest,
  base: OpenedBase['day'],
  a3: Pick<JobDailyA3Data, 'get'>,
  faults: Faults,
): Promise<void> {
  if (carried_over === undefined || base === 'unknown') return;
  const before = base === 'none' ? null : base.manifest;
  if (before !== null && before.carried_over === undefined) return;
  const expected = await findCarriedOver(query, before, a3);
  if (textOf(carried_over) === textOf(expected)) return;
  const what = `carries over ${textOf(carried_over)} where its counts and its base give ${textOf(expected)}`;
  faults.add('manifest', MANIFEST_PATH, null, what);
}

function textOf(carried: readonly CarriedOver[]): string {
  const parts = carried.map(({ namespace, since }) => `${namespace} since ${since ?? 'nobody knows when'}`);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
