/** The removals that were held back: the list's own order, and its counts against the ledger. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { comparePlaces } from '../place.ts';
import type { HeldRemoval, Ledger, Manifest } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { Faults } from './faults.ts';
import { HELD_REMOVAL } from './line-shapes.ts';
import { parseLines, readLines } from './read-lines.ts';

/** @returns how many each namespace has; `null`: the list is damaged */
export async function readHeldCounts(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder, manifest }: PublishedDay,
  faults: Faults,
): Promise<ReadonlyMap<string, number> | null> {
  const counts = new Map<string, number>();
  const file = manifest.held_removals ?? null;
  if (file === null) return counts;
  const own = new Faults();
  const checks = { claim: 'ledger', path: file.path, shape: HELD_REMOVAL, faults: own } as const;
  let last: HeldRemoval | null = null;
  for await (const lines of parseLines<HeldRemoval>(readLines(a3, folder, file, own), checks)) {
    for (const { value, number } of lines) {
      if (last !== null && comparePlaces(value, last) <= 0) {
        own.add('ledger', file.path, number, 'does not come after the line above it, by namespace and lex id');
      }
      last = value;
      counts.set(value.namespace, (counts.get(value.namespace) ?? 0) + 1);
    }
  }
  const isDamaged = own.count('files') > 0;
  faults.addAll(isDamaged ? own.only((claim) => claim === 'files') : own);
  return isDamaged ? null : counts;
}

/** What the ledger says is listed is listed, and no more than was held back. */
export function verifyHeldCounts(
  { namespaces }: Ledger,
  { held_removals, ledger }: Manifest,
  counts: ReadonlyMap<string, number>,
  faults: Faults,
): void {
  const tell = (what: string) => faults.add('ledger', ledger.path, null, what);
  // An empty list is no file.
  if (held_removals?.lines === 0)
    faults.add('ledger', held_removals.path, null, 'is empty where it should not be there');
  for (const { namespace, held_listed, removals_held } of namespaces) {
    const found = held_removals === undefined ? undefined : (counts.get(namespace) ?? 0);
    if (held_listed !== found) {
      tell(`has ${held_listed ?? 'no'} removals of ${namespace} listed as held back where ${found ?? 'no'} are`);
    }
    if (held_listed !== undefined && held_listed > removals_held) {
      tell(`has ${removals_held} removals of ${namespace} held back where it has ${held_listed} listed`);
    }
  }
  for (const namespace of counts.keys()) {
    if (namespaces.every((own) => own.namespace !== namespace))
      tell(`has not ${namespace}, of which removals are held back`);
  }
}
