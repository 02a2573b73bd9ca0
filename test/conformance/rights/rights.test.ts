/**
 * The rights of every function, as the synthesised template gives them, removed one by one: without it the state fails, with
 * all of them three days pass. So no right is surplus, and none is missing.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanShardsInput } from '../../../src/job/contracts.ts';
import { planShards } from '../../../src/publish/plan-shards.ts';
import type { JobStores } from '../../../src/stores/job-stores.ts';
import type { DeployedName } from '../deployment/deployed-stack.ts';
import { INFRA } from '../deployment/install-infra.ts';
import { showAbortOfUploads } from './abort-of-uploads.ts';
import { DAYS, type Day } from './days.ts';
import { NOT_SHOWN, nameOf } from './deployed-rights.ts';
import type { GuardedFunction } from './guarded-function.ts';
import { type GuardedStack, startGuardedStack } from './guarded-stack.ts';
import { tellRights } from './rights-table.ts';
import { JobOnEngine } from './run-days.ts';

const TIMEOUT_MS = 600_000;
/** A Wednesday, in the morning of New York. */
const SCHEDULED_TIME = '2021-10-20T05:00:00Z';

let stack: GuardedStack;
const outcomes: unknown[] = [];

beforeAll(async () => {
  stack = await startGuardedStack();
  const job = new JobOnEngine(stack.lexFolder, callGuarded);
  for (const day of DAYS) {
    await day.before(stack.stores);
    outcomes.push(await job.run(day));
  }
  for (const name of ['StartDailyAgreementJob', 'CheckDeadline'] as const) {
    outcomes.push(await functionOf(name).call({ scheduled_time: SCHEDULED_TIME }));
  }
}, TIMEOUT_MS);

afterAll(async () => {
  if (outcomes.length > DAYS.length) console.info(tellRights(guarded(), stack.front));
  await stack?.stop();
});

describe('the rights of the functions', () => {
  it('let the days pass', () => {
    const days = DAYS.map(() => expect.objectContaining({ status: 'SUCCEEDED' }));
    const scheduled = expect.objectContaining({ run: 'agreements-2021-10-19' });

    expect(outcomes).toEqual([...days, scheduled, scheduled]);
  });

  it('lack none that a call asks for', () => {
    expect(named(({ missing }) => [...missing])).toEqual([]);
  });

  it('hold none without which every call would pass', () => {
    expect(named(({ surplus }) => surplus.map(nameOf))).toEqual([]);
  });

  it('stand on the checklist for a real account where no stand-in can show them', () => {
    const readme = readFileSync(join(INFRA, 'README.md'), 'utf8');
    const checklist = readme
      .slice(readme.indexOf('## Checklist for the first real deployment'))
      .replaceAll(/\s+/g, ' ');
    const kinds = guarded().flatMap(({ deployed }) => deployed.notShown.map(({ kind }) => kind));

    expect(new Set(kinds)).toEqual(new Set(Object.keys(NOT_SHOWN)));
    for (const { checked } of Object.values(NOT_SHOWN)) expect(checklist).toContain(checked);
  });
});

async function callGuarded(name: string, payload: unknown, day: Day): Promise<unknown> {
  const called = functionOf(name as DeployedName);
  const phase = name === 'CreateJobDailyA3Data' ? (payload as { readonly phase: string }).phase : null;
  // Of a table of millions, the next day's PlanReprocessing reads one shard a turn.
  if (phase === 'plan' && day.isCut) return cutIntoSmallShards(payload as PlanShardsInput, stack.stores);
  if (phase === 'build' && day.isUploadedInParts) await showAbortOfUploads(called, payload, stack);
  return called.call(payload);
}

function cutIntoSmallShards(input: PlanShardsInput, { jobDailyA3Data: a3 }: JobStores): Promise<unknown> {
  const limits = { targetLines: 4, mergeBelow: 1, markEvery: 2 };
  return planShards(input, { a3, limits, shouldStop: () => false });
}

function functionOf(name: DeployedName): GuardedFunction {
  return stack.functions.get(name)!;
}

function guarded(): readonly GuardedFunction[] {
  return [...stack.functions.values()];
}

function named(of: (one: GuardedFunction) => readonly string[]): readonly string[] {
  return guarded().flatMap((one) => of(one).map((right) => `${one.deployed.name}: ${right}`));
}
