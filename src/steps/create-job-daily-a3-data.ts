/**
 * State `CreateJobDailyA3Data`, in phases: `plan` the shards, `build` them, `check` the table, write the `masters` and the
 * `manifest`, and,
 * after PublishHead, the pointer `as_of`. Every phase writes under its own attempt and may run again.
 */
import type {
  BuildShardsInput,
  BuildShardsOutput,
  PlanShardsInput,
  PlanShardsOutput,
  WriteAsOfInput,
  WriteAsOfOutput,
  WriteManifestInput,
  WriteManifestOutput,
  WriteMastersInput,
  WriteMastersOutput,
} from '../job/contracts.ts';
import { type BuildShardsDeps, buildShards } from '../publish/build-shard.ts';
import { type CheckTableDeps, checkTable } from '../publish/check-table.ts';
import { type PlanShardsDeps, planShards } from '../publish/plan-shards.ts';
import { writeAsOf } from '../publish/write-as-of.ts';
import { type WriteManifestDeps, writeManifest } from '../publish/write-manifest.ts';
import { type WriteMastersDeps, writeMasters } from '../publish/write-masters.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { EntityTable } from '../stores/look-ups.ts';

export type CreateA3DataInput =
  | PlanShardsInput
  | BuildShardsInput
  | WriteMastersInput
  | WriteManifestInput
  | WriteAsOfInput;
export type CreateA3DataOutput =
  | PlanShardsOutput
  | BuildShardsOutput
  | WriteMastersOutput
  | WriteManifestOutput
  | WriteAsOfOutput;

export interface CreateA3DataDeps
  extends PlanShardsDeps,
    BuildShardsDeps,
    CheckTableDeps,
    WriteMastersDeps,
    WriteManifestDeps {
  readonly a3: Omit<JobDailyA3Data, 'remove'>;
  readonly entities: Pick<EntityTable, 'get' | 'readPage'>;
}

/** @throws PermanentError `STORE_CORRUPT`, `LEDGER_MISMATCH`, `PUBLISHED_CONFLICT` */
export async function createJobDailyA3Data(
  input: CreateA3DataInput,
  deps: CreateA3DataDeps,
): Promise<CreateA3DataOutput> {
  switch (input.phase) {
    case 'plan':
      return planShards(input, deps);
    case 'build':
      return buildShards(input, deps);
    case 'check':
      return checkTable(input, deps);
    case 'masters':
      return writeMasters(input, deps);
    case 'manifest':
      return writeManifest(input, deps);
    case 'as_of':
      return writeAsOf(input, deps);
  }
}
