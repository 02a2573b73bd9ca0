/** StopExecution in every state of both machines, and then the next business day's run. */
import { describe, expect, it } from 'vitest';
import { TRANSFORM_DELTA_BATCH } from '../../src/runtime/machines.ts';
import type { Faults, JobHome } from './support/job-home.ts';
import { allPlaces, type Moment, type Place, placesEntered, stopAt } from './support/stop-execution.ts';
import {
  changeLex,
  EARLIER,
  FIRST,
  morningOf,
  NEXT,
  STOP_SCENARIOS,
  type StopScenario,
  TODAY,
  undisturbedHome,
} from './support/stop-scenarios.ts';

interface Case extends Place {
  readonly moment: Moment;
  readonly scenario: StopScenario;
}

const mornings = new Map(
  await Promise.all(STOP_SCENARIOS.map(async (scenario) => [scenario, await morningOf(scenario)] as const)),
);
const places = allPlaces();
const reached = await reachedPlaces();
const cases = places.flatMap(({ machine, state, type }): readonly Case[] => {
  const scenario = reached.get(`${machine} ${state}`);
  const moments: readonly Moment[] = type === 'Task' ? ['before', 'after'] : ['before'];
  return scenario === undefined ? [] : moments.map((moment) => ({ machine, state, moment, scenario }));
});

describe('the days of this test', () => {
  it('come through every state of both machines', () => {
    const all = places.map(({ machine, state }) => `${machine} ${state}`);
    expect(all.filter((place) => !reached.has(place))).toEqual([]);
    expect(all.length).toBeGreaterThan(80);
  });
});

describe('a run that an operator stops is taken over by the next business day, as if it had not been begun or had ended', () => {
  it.each(cases)('$moment $machine $state', async ({ scenario, moment, machine, state }) => {
    const home = mornings.get(scenario)!.copy();
    const execution = `agreements-${scenario.date}`;
    const status = await stop(home, { scenario, moment, machine, state });
    const published = await publishedDates(home);
    expect(home.journal.openBelow(execution)).toEqual([]);
    changeLex(home, NEXT);

    const { status: next, cause } = await home.run(NEXT);

    expect([next, cause]).toEqual(['SUCCEEDED', undefined]);
    const row = await home.status(execution);
    if (status === 'running') expect(row).toBe(published.has(scenario.date) ? 'published_incomplete' : 'aborted');
    else expect(row).toBe(status); // It had ended, or never held the lock.
    const undisturbed = await undisturbedHome(
      [FIRST, EARLIER, TODAY, NEXT].filter((date) => published.has(date) || date === NEXT),
    );
    expect(await home.head()).toEqual(await undisturbed.head());
    expect(await tableOf(home)).toEqual(await tableOf(undisturbed));
  });
});

describe('a nested execution that an operator stops', () => {
  const inside = [...reached].flatMap(([key, scenario]) =>
    key.startsWith(TRANSFORM_DELTA_BATCH) && scenario.input === undefined ? [key.split(' ')[1]!] : [],
  );

  /** What a function was asked to do it does, also when nobody hears of it: the gate goes by what is there. */
  const isDone = new Set(['TransformDocumentData', 'SumSlices']);

  it.each(inside)(
    'at %s is a batch that failed: the gate goes by what it has left, and the next attempt mends it',
    async (state) => {
      const home = mornings.get(STOP_SCENARIOS[0]!)!.copy();
      const gate = { docs_transformation_percentage_success: 1 };
      home.put(4); // So that nothing but the stop could make the gate fail.
      let stopped: string | null = null;

      const outcome = await home.run(
        TODAY,
        stopNested(home, state, (name) => (stopped ??= name)),
        gate,
      );
      const next = await home.start(home.engine(), TODAY, { ...gate, attempt: 2 });

      expect(stopped).toMatch(/^agreements-2021-10-21\./);
      if (isDone.has(state)) expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
      else
        expect(outcome).toMatchObject({
          status: 'FAILED',
          cause: expect.stringContaining('[TRANSFORMATION_GATE_FAILED]'),
        });
      expect(await home.status(`agreements-${TODAY}`)).toBe(isDone.has(state) ? 'succeeded' : 'failed');
      expect(next).toMatchObject({ status: 'SUCCEEDED' });
      expect(await home.head()).toMatchObject({ owner: null, as_of: TODAY });
    },
  );
});

/** Closes the first nested execution that comes to the state. */
function stopNested(home: JobHome, state: string, tell: (name: string) => void): Faults {
  let isDone = false;
  return {
    onEvent: (engine) => (name, event) => {
      const isNested = home.journal.execution(name)?.machine === TRANSFORM_DELTA_BATCH;
      if (isDone || !isNested || event.stateEnteredEventDetails?.name !== state) return;
      isDone = true;
      tell(name);
      void engine.closeExecution(name, { status: 'ABORTED', error: 'Operator', cause: 'Not today.' });
    },
  };
}

/** @returns the status that its row has when it is stopped; null: it has none */
async function stop(home: JobHome, { scenario, ...where }: Case): Promise<string | null> {
  const { date, input = {}, functions, around } = scenario;
  const execution = `agreements-${date}`;
  const stopped = { wasThere: false };
  const run = async (): Promise<void> => {
    stopped.wasThere = await stopAt(home, { execution, place: where, moment: where.moment }, (faults) =>
      home.run(date, { ...(functions === undefined ? {} : { functions }), ...faults }, input),
    );
  };
  await (around === undefined ? run() : around(home, run));
  expect(stopped).toEqual({ wasThere: true });
  return home.status(execution);
}

/** The dates whose manifest was the head at some time, whether or not the pointer followed. */
async function publishedDates(home: JobHome): Promise<ReadonlySet<string>> {
  const { as_of } = await home.head();
  const pointers = [...(await home.published('as_of')).keys()].flatMap(
    (key) => /^as_of\/(.*)\.json$/.exec(key)?.[1] ?? [],
  );
  return new Set([...pointers, as_of!]);
}

/** Everything that a reader sees of the last day, and everything that the next run compares with. */
async function tableOf(home: JobHome): Promise<ReadonlyMap<string, string>> {
  const parts = await home.published();
  return new Map(
    [...parts].filter(([key]) => /^(hash |as_of\/)/.test(key) || key.startsWith(`published/as_of=${NEXT}/`)),
  );
}

/** The first day that enters each place. */
async function reachedPlaces(): Promise<ReadonlyMap<string, StopScenario>> {
  const found = new Map<string, StopScenario>();
  for (const scenario of STOP_SCENARIOS) {
    const home = mornings.get(scenario)!.copy();
    const { date, input = {}, functions, around } = scenario;
    const run = () => home.run(date, functions === undefined ? {} : { functions }, input);
    await (around === undefined ? run() : around(home, run));
    const execution = `agreements-${date}`;
    for (const { machine, state } of placesEntered(home, execution)) {
      const place = `${machine} ${state}`;
      if (!found.has(place)) found.set(place, scenario);
    }
  }
  return found;
}
