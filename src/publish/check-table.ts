/**
 * Phase `check` of CreateJobDailyA3Data: the findings that need the whole table, found range by range, of agreement
 * identifiers and of entities. Worker b does ranges b, b + w, … They are reported, and never change a document's fate.
 */
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import type { AttemptId, BuildShardsInput, BuildShardsOutput } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import { buildPlanKey, rangeFindingsKey, referencesFolder } from './attempt-files.ts';
import { checkRange } from './check-range.ts';
import type { CheckLine } from './collect-for-check.ts';
import type { TableFinding } from './published.ts';
import { putFirst } from './put-first.ts';
import { readRange } from './range-files.ts';
import { mustStand, readBuildPlan } from './shard-plan.ts';

/** Findings that become bytes at once. */
const LINES_PER_PIECE = 100;

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
    await findInRange(input, range, deps);
  }
  return { batch, cursor: null };
}

async function findInRange(id: AttemptId, range: number, deps: CheckTableDeps): Promise<void> {
  const key = rangeFindingsKey(id, range);
  // What stands was found with the Entity table of its moment, which may have changed since.
  if ((await deps.a3.firstLine(key)) !== null) return;
  const findings = await checkRange(() => readRange<CheckLine>(referencesFolder(id, range), deps.a3), deps);
  await putFirst(deps.a3, key, encodeLines(findings));
}

/** In pieces: the text of a whole range would be one large object after the other. */
function encodeLines(findings: readonly TableFinding[]): Buffer {
  const pieces: Buffer[] = [];
  for (let from = 0; from < findings.length; from += LINES_PER_PIECE) {
    const lines = findings.slice(from, from + LINES_PER_PIECE).map((finding) => `${JSON.stringify(finding)}\n`);
    pieces.push(Buffer.from(lines.join('')));
  }
  return Buffer.concat(pieces);
}
