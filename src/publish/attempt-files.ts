/**
 * Keys of an attempt's files in JobDailyA3Data. What is published lies below `published/as_of=<date>/attempt=<n>/`
 * (`published.ts`). What it is made of lies below `records/<date>/<attempt>/`:
 *   `<bbb>-<sssssssss>.ndjson`           output of slice s of batch b (`slice-output.ts`)
 *   `shards/slices-<nnnnnn>.ndjson`      which slice outputs this attempt publishes (`slice-list.ts`)
 *   `shards/plan.json`                   how many shards and ranges of references there are
 *   `shards/plan-<nnnnn>.json`           what a shard is built of
 *   `shards/built-<nnnnn>.json`          what came of it
 *   `shards/refs/<range>/<shard>.ndjson` the shard's agreement identifiers, references to them and entities, by range
 *   `shards/findings-<range>.ndjson`     the table findings of a range
 *   `shards/masters/run-<nnnnn>.ndjson`  entities of the master tables that one turn has met (`master-run.ts`)
 *   `shards/masters/built.json`          what came of them
 */
import type { EntityRole } from '../agreements/look-up-items.ts';
import { PermanentError } from '../errors.ts';
import type { AttemptId } from '../job/contracts.ts';

const MANIFEST_KEY = /^published\/as_of=(\d{4}-\d{2}-\d{2})\/attempt=([1-9]\d*)\/manifest\.json$/;
const SLICE_NAME = /^(\d{3})-(\d{9})\.ndjson$/;

export function recordsFolder({ business_date, attempt }: AttemptId): string {
  return `records/${business_date}/${attempt}`;
}

export function sliceOutputKey(id: AttemptId, batch: number, slice: number): string {
  return `${recordsFolder(id)}/${digits(batch, 3)}-${digits(slice, 9)}.ndjson`;
}

/** Whether `key` is the output of a slice, rather than a file below `shards/`. */
export function isSliceOutput(id: AttemptId, key: string): boolean {
  const folder = `${recordsFolder(id)}/`;
  return key.startsWith(folder) && SLICE_NAME.test(key.slice(folder.length));
}

export function publishedFolder({ business_date, attempt }: AttemptId): string {
  return `published/as_of=${business_date}/attempt=${attempt}`;
}

export function manifestKey(id: AttemptId): string {
  return `${publishedFolder(id)}/manifest.json`;
}

/** @throws PermanentError `STORE_KEY_INVALID` */
export function attemptOfManifest(key: string): AttemptId {
  const match = MANIFEST_KEY.exec(key);
  if (match === null) throw new PermanentError('STORE_KEY_INVALID', `\`${key}\` is no key of a manifest.`, { key });
  return { business_date: match[1] ?? '', attempt: Number(match[2]) };
}

export function sliceListKey(id: AttemptId, list: number): string {
  return `${recordsFolder(id)}/shards/slices-${digits(list, 6)}.ndjson`;
}

export function buildPlanKey(id: AttemptId): string {
  return `${recordsFolder(id)}/shards/plan.json`;
}

export function shardPlanKey(id: AttemptId, shard: number): string {
  return `${recordsFolder(id)}/shards/plan-${digits(shard, 5)}.json`;
}

export function builtShardKey(id: AttemptId, shard: number): string {
  return `${recordsFolder(id)}/shards/built-${digits(shard, 5)}.json`;
}

export function referencesFolder(id: AttemptId, range: number): string {
  return `${recordsFolder(id)}/shards/refs/${digits(range, 5)}`;
}

export function referencesKey(id: AttemptId, range: number, shard: number): string {
  return `${referencesFolder(id, range)}/${digits(shard, 5)}.ndjson`;
}

export function rangeFindingsKey(id: AttemptId, range: number): string {
  return `${recordsFolder(id)}/shards/findings-${digits(range, 5)}.ndjson`;
}

export function masterRunKey(id: AttemptId, run: number): string {
  return `${recordsFolder(id)}/shards/masters/run-${digits(run, 5)}.ndjson`;
}

export function builtMastersKey(id: AttemptId): string {
  return `${recordsFolder(id)}/shards/masters/built.json`;
}

/** Path below the published folder of the list of removals that were held back. */
export const HELD_REMOVALS_PATH = 'held-removals.ndjson.gz';

/** Path of a master table below the published folder. */
export function masterPath(role: EntityRole): string {
  return `masters/${role.toLowerCase()}.ndjson.gz`;
}

/** Path of a shard's rows as Parquet below the published folder. */
export function parquetPath(shard: number): string {
  return `parquet/shard-${digits(shard, 5)}.parquet`;
}

/** Files of lines that a shard has, one of each kind; of `texts` one where it has any. */
export type ShardFileKind = 'table' | 'changes' | 'rejected' | 'texts' | 'uses';

/** Raw texts of what is rejected lie below it, and nothing else does. */
export const TEXTS_FOLDER = 'texts';

/** Path of a shard's file below the published folder. */
export function shardPath(kind: ShardFileKind, shard: number): string {
  return `${kind}/shard-${digits(shard, 5)}.ndjson.gz`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
