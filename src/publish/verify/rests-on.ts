/** Which files of a shard each claim is drawn from: where one of them is damaged the claim is left, and no other. */
import type { ShardFileKind } from '../attempt-files.ts';
import type { Shard } from '../published.ts';
import type { Claim, Faults } from './faults.ts';

export type ShardPart = ShardFileKind | 'parquet';

/** Of `manifest` what is drawn from shards alone: their marks. */
const RESTS_ON: Readonly<Partial<Record<Claim, readonly ShardPart[]>>> = {
  manifest: ['table', 'rejected'],
  // That rows are stale where their document is rejected, and only there.
  rows: ['table', 'rejected'],
  rejected: ['rejected'],
  texts: ['rejected', 'texts'],
  parquet: ['table', 'parquet'],
  uses: ['table', 'rejected', 'uses'],
  changes: ['table', 'rejected', 'changes'],
  ledger: ['table', 'rejected', 'changes'],
  findings: ['table'],
};

const PARTS: readonly ShardPart[] = ['table', 'changes', 'rejected', 'texts', 'uses', 'parquet'];

/** The parts of the shard that are not as the manifest lists them. */
export function damagedParts(shard: Shard, faults: Faults): ReadonlySet<ShardPart> {
  const damaged = new Set(faults.told.filter(({ claim }) => claim === 'files').map(({ file }) => file));
  return new Set(PARTS.filter((part) => damaged.has(shard[part]?.path ?? '')));
}

/** The damaged parts that the claim is drawn from. */
export function missingFor(claim: Claim, damaged: ReadonlySet<ShardPart>): readonly ShardPart[] {
  return (RESTS_ON[claim] ?? []).filter((part) => damaged.has(part));
}
