/**
 * Phase `check` of CreateJobDailyA3Data: the findings that need the whole table, found range by range, of agreement
 * identifiers and of entities. Worker b does ranges b, b + w, … They are reported, and never change a document's fate.
 */
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import type { AttemptId, BuildShardsInput, BuildShardsOutput } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import { buildPlanKey, namedEntitiesFolder, rangeFindingsKey, referencesFolder } from './attempt-files.ts';
import { findMembershipFaults } from './check-membership.ts';
import { IdentifierGroups } from './identifier-groups.ts';
import type { NamedEntity } from './named-entities.ts';
import type { TableFinding } from './published.ts';
import { readRange } from './range-files.ts';
import type { Reference } from './references.ts';
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
  const onIdentifiers = await findOnIdentifiers(id, range, deps);
  const named = readRange<NamedEntity>(namedEntitiesFolder(id, range), deps.a3);
  const onEntities = await findMembershipFaults(named, deps.entities, deps.rules);
  const findings = [...onIdentifiers, ...onEntities].sort(compareFindings);
  await deps.a3.putOnce(key, Buffer.from(findings.map((finding) => `${JSON.stringify(finding)}\n`).join('')));
}

async function findOnIdentifiers(id: AttemptId, range: number, deps: CheckTableDeps): Promise<readonly TableFinding[]> {
  const groups = new IdentifierGroups();
  for await (const references of readRange<Reference>(referencesFolder(id, range), deps.a3)) {
    for (const reference of references) groups.add(reference);
  }
  return groups.findings(deps.rules);
}
