/** What the workers of `build` and `check` go by; written by `plan`, once. */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { buildPlanKey, builtShardKey, shardPlanKey } from './attempt-files.ts';
import { corrupt } from './lines.ts';
import type { PlaceRange } from './place.ts';
import type { FillCounts, Shard } from './published.ts';
import type { SliceSpan } from './slice-merge.ts';

export interface BuildPlan {
  readonly format: 1;
  readonly shards: number;
  /** Ranges of agreement identifiers that `check` goes through. */
  readonly ranges: number;
}

export interface ShardPlan extends PlaceRange {
  readonly format: 1;
  readonly number: number;
  /** Folder of the base's files, `null` before the first publication. */
  readonly base_folder: string | null;
  /** The base's shards that reach into the range, ascending. */
  readonly base: readonly Shard[];
  readonly slices: readonly SliceSpan[];
}

/** Documents and rows that a shard took from the slices, for one namespace. */
export interface TakenCounts {
  readonly valid: number;
  readonly rejected: number;
  readonly rows: number;
  readonly touched: number;
  readonly removed: number;
  readonly unreadable: number;
}

/** What came of a shard; the manifest and the ledger are made of these. */
export interface BuiltShard {
  readonly format: 1;
  readonly shard: Shard;
  readonly taken: Readonly<Record<string, TakenCounts>>;
  readonly rows: { readonly base: number; readonly added: number; readonly removed: number; readonly changed: number };
  readonly rejected_documents: number;
  /** Of all rows, and of those that this run made. */
  readonly fill: { readonly table: FillCounts; readonly made: FillCounts };
}

type Reads = Pick<JobDailyA3Data, 'get'>;

/** `null` before `plan` has ended. */
export async function readBuildPlan(id: AttemptId, a3: Reads): Promise<BuildPlan | null> {
  return readJson<BuildPlan>(buildPlanKey(id), a3);
}

/** `null` before the shard is planned. */
export async function readShardPlan(id: AttemptId, shard: number, a3: Reads): Promise<ShardPlan | null> {
  return readJson<ShardPlan>(shardPlanKey(id, shard), a3);
}

/** `null` before the shard is built. */
export async function readBuiltShard(id: AttemptId, shard: number, a3: Reads): Promise<BuiltShard | null> {
  return readJson<BuiltShard>(builtShardKey(id, shard), a3);
}

/** What stands at `key` in format 1. @throws PermanentError `STORE_CORRUPT` */
export async function readJson<T extends { readonly format: 1 }>(key: string, a3: Reads): Promise<T | null> {
  const body = await a3.get(key);
  if (body === null) return null;
  let value: T | null;
  try {
    value = JSON.parse(body.toString('utf8')) as T | null;
  } catch {
    throw corrupt(key, 'cannot be parsed');
  }
  if (value?.format !== 1) throw corrupt(key, 'is not of format 1');
  return value;
}

/** @throws PermanentError `STORE_CORRUPT` when a phase runs before the one that it needs */
export function mustStand<T>(value: T | null, key: string): T {
  if (value === null) throw corrupt(key, 'is missing');
  return value;
}

export function encodeJson(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
