/**
 * A run that was stopped and taken over, and that somebody redrives once the run after it has published: it goes on at the
 * state where it stood, with all that it knew, and must change nothing that is not its own.
 */
import { describe, expect, it } from 'vitest';
import type { ItemTables } from '../../src/engine/dynamodb/item-tables.ts';
import { DAILY_AGREEMENT_JOB } from '../../src/runtime/machines.ts';
import type { MemoryJournal } from '../fakes/memory-journal.ts';
import type { Functions, JobHome } from './support/job-home.ts';
import { allPlaces, type Place, placesEntered, watching } from './support/stop-execution.ts';
import { changeLex, morningOf, NEXT, STOP_SCENARIOS, type StopScenario, TODAY } from './support/stop-scenarios.ts';

/** An ordinary day, and one that first finishes what the day before has left. */
const DAYS = STOP_SCENARIOS.slice(0, 2);
const OLD = `agreements-${TODAY}`;
/** Until then it does not hold the lock: a redrive there begins anew, as any run does. */
const WITHOUT_LOCK = [
  'ReadInput',
  'AcquireLock',
  'GetLockOwner',
  'IsLockOwned',
  'DescribeLockOwner',
  'DoesOwnerRun',
  'CloseOwnersRow',
  'TakeOverLock',
];

const mornings = new Map(await Promise.all(DAYS.map(async (day) => [day, await morningOf(day)] as const)));
const cases = await casesOf();

describe('the states of this test', () => {
  it('are all that a run with the lock may stand in, failures aside', () => {
    const daily = allPlaces().filter(({ machine }) => machine === DAILY_AGREEMENT_JOB);
    const tested = new Set([...cases.map(({ state }) => state), ...WITHOUT_LOCK, 'JobSucceeded']);
    expect(daily.map(({ state }) => state).filter((state) => !tested.has(state))).toEqual(NEVER_ENTERED);
  });
});

/** States of runs that fail: what they do when they are redriven is what they do at the end of all the cases. */
const NEVER_ENTERED = [
  'JobAlreadyRunning',
  'DateOutOfOrder',
  'WorkerFailed',
  'NamespaceUnread',
  'QueryGateFailed',
  'BatchFailed',
  'TransformationGateFailed',
  'RecordJobFailed',
  'ReleaseLockAfterFailure',
  'JobFailed',
];

describe.each([
  ['a later day', NEXT, 1],
  ['another attempt at its day', TODAY, 2],
] as const)('a redrive after %s was published changes nothing', (_, date, attempt) => {
  it.each(cases)('at $machine $state', async ({ scenario, ...place }) => {
    const home = mornings.get(scenario)!.copy();
    const asItStood = await killAt(home, place);
    await home.engine().closeExecution(OLD, { status: 'ABORTED', error: 'Operator', cause: 'Not today.' });
    changeLex(home, NEXT);
    const newer = await home.start(home.engine(), date, { attempt });
    const before = await everythingOfOthers(home);

    const redriven = await home.engine({ journal: asItStood }).resumeExecution(OLD);

    expect(newer).toMatchObject({ status: 'SUCCEEDED' });
    expect(await everythingOfOthers(home)).toEqual(before);
    if (!ENDS_WELL.has(place.state)) {
      expect(redriven).toMatchObject({
        status: 'FAILED',
        cause: expect.stringMatching(/^\[(HEAD_MOVED|RUN_SUPERSEDED)\]/),
      });
    }
  });
});

/** Nothing but its own end was left to do. */
const ENDS_WELL = new Set(['ReleaseLock']);

interface Case extends Place {
  readonly scenario: StopScenario;
}

async function casesOf(): Promise<readonly Case[]> {
  const found = new Map<string, Case>();
  for (const [scenario, morning] of mornings) {
    const home = morning.copy();
    await home.run(TODAY);
    for (const { machine, state } of placesEntered(home, OLD)) {
      if (state === 'JobSucceeded') continue; // Entered and left at once.
      if (WITHOUT_LOCK.includes(state) && machine === DAILY_AGREEMENT_JOB) continue;
      if (!found.has(`${machine} ${state}`)) found.set(`${machine} ${state}`, { machine, state, scenario });
    }
  }
  return [...found.values()];
}

/**
 * Runs until the state has begun: what it does, it no longer does.
 * @returns the journal in which the execution is still open, as a redrive opens it again
 */
async function killAt(home: JobHome, place: Place): Promise<MemoryJournal> {
  const killed = new Error('killed');
  let isDead = false;
  const journal = watching(home.journal, (seen) => {
    if (isDead) throw killed;
    isDead = seen.some(
      ({ root, machine, state }) => root === OLD && machine === place.machine && state === place.state,
    );
  });
  const check = (): void => {
    if (isDead) throw killed;
  };
  const items = (real: ItemTables): ItemTables => ({
    keyAttributes: (table) => real.keyAttributes(table),
    get: async (...key) => {
      check();
      return real.get(...key);
    },
    update: async (...change) => {
      check();
      return real.update(...change);
    },
  });
  const functions = (real: Functions): Functions =>
    Object.fromEntries(
      Object.entries(real).map(([name, run]) => [
        name,
        async (...call: Parameters<typeof run>) => {
          check();
          return run(...call);
        },
      ]),
    ) as Functions;
  await expect(home.run(TODAY, { journal, items, functions })).rejects.toBe(killed);
  await Promise.allSettled(home.openCalls());
  return home.journal.copy();
}

/**
 * All that is published, locked, known of documents or told of runs, apart from what is the old run's own: what lies under
 * its attempt when that was never published, and a row, when the run was stopped before it had one.
 */
async function everythingOfOthers(home: JobHome): Promise<ReadonlyMap<string, string>> {
  const own = [`records/${TODAY}/1/`, `published/as_of=${TODAY}/attempt=1/`];
  const isPublished = (await home.stores.jobDailyA3Data.get(`as_of/${TODAY}.json`))?.includes('attempt=1') === true;
  const parts = [...(await home.published())].filter(
    ([key]) => isPublished || !own.some((folder) => key.startsWith(folder)),
  );
  const rows = await Promise.all(
    [OLD, `${OLD}-attempt-2`, `agreements-${NEXT}`].map(
      async (run) => [`row ${run}`, JSON.stringify(await home.row(run))] as const,
    ),
  );
  const isOwn = ([key, row]: readonly [string, string]) => key === `row ${OLD}` && /null|HEAD_MOVED/.test(row);
  return new Map([...parts, ...rows.filter((row) => !isOwn(row)), ['lock', JSON.stringify(await home.lock())]]);
}
