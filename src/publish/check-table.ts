/**
 * Phase `check` of CreateJobDailyA3Data: the findings that need the whole table, found range by range, of agreement
 * identifiers and of entities. Worker b does ranges b, b + w, … They are reported, and never change a document's fate.
 */
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import type { AttemptId, BuildShardsInput, BuildShardsOutput } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import { buildPlanKey, rangeFindingsKey, referencesFolder } from './attempt-files.ts';
import { MembershipCheck } from './check-membership.ts';
import { RecordsEntityCheck } from './check-records-entities.ts';
import { type CheckLine, isReference } from './collect-for-check.ts';
import { IdentifierGroups } from './identifier-groups.ts';
import { putFirst } from './put-first.ts';
import { readRange } from './range-files.ts';
import { mustStand, readBuildPlan } from './shard-plan.ts';
import { compareFindings } from './table-finding.ts';

export interface CheckTableDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open' | 'list' | 'firstLine' | 'putOnce'>;
  readonly entities: Pick<EntityTable, 'get'>;
  readonly rules: RuleSet;
  readonly shouldStop: () => boolean;
}

/** @throws PermanentError `STORE_CORRUPT` */
export async function checkTable(input: BuildShardsInput, deps: CheckTableDeps): Promise<BuildShardsOutput> {
  const { batch, batches } = input;
  const plan = mustStand(await readBuildPlan(input, deps.a3), buildPlanKey(input));
  const first = input.cursor ?? batch;
  for (let range = first; range < plan.ranges; range += batches) {
    if (range > first && deps.shouldStop()) return { batch, cursor: range };
    await checkRange(input, range, deps);
  }
  return { batch, cursor: null };
}

async function checkRange(id: AttemptId, range: number, deps: CheckTableDeps): Promise<void> {
  const key = rangeFindingsKey(id, range);
  // What stands was found with the Entity table of its moment, which may have changed since.
  if ((await deps.a3.firstLine(key)) !== null) return;
  const identifiers = new IdentifierGroups();
  const recordsEntities = new RecordsEntityCheck();
  const entities = new MembershipCheck(deps.entities);
  for await (const lines of readRange<CheckLine>(referencesFolder(id, range), deps.a3)) {
    for (const line of lines) {
      if (isReference(line)) {
        identifiers.add(line);
      } else {
        recordsEntities.add(line);
        entities.add(line);
      }
    }
    if (entities.isFull) await entities.lookUp();
  }
  await entities.lookUp();
  const checks = [identifiers, recordsEntities, entities];
  const findings = checks.flatMap((check) => check.findings(deps.rules)).sort(compareFindings);
  await putFirst(deps.a3, key, Buffer.from(findings.map((finding) => `${JSON.stringify(finding)}\n`).join('')));
}
