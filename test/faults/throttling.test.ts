/** Minutes of throttling, in simulated time: the drivers' own pace, the steps' time budget and the machines' Retry above it. */
import { describe, expect, it } from 'vitest';
import { JobHome } from './support/job-home.ts';
import { awsAnswer, type StoreCall, type StoreFault } from './support/paced-store.ts';

const DAY = '2021-10-20';
const RUN = `agreements-${DAY}`;
const NEXT = '2021-10-21';
const MINUTE = 60_000;
/** What Step Functions ends an execution at. The run of this test writes about 230 without a fault. */
const MAX_EVENTS = 25_000;

const HASHES = 'table lexdelta-AgreementHash';
const DELTA = 'bucket lexdelta-jobdailydelta';
const ANSWERS = {
  [HASHES]: awsAnswer('ProvisionedThroughputExceededException', 'The level of configured throughput was exceeded.'),
  [DELTA]: awsAnswer('SlowDown', 'Please reduce your request rate.', 503),
};

/** From the first call that is meant on, for so long, and then never again. */
function throttledFor(home: JobHome, minutes: number, isMeant: (call: StoreCall) => boolean): StoreFault {
  let begunMs: number | null = null;
  return (call) => {
    if (!isMeant(call)) return null;
    begunMs ??= home.clock.now();
    return home.clock.now() - begunMs < minutes * MINUTE ? ANSWERS[call.store as keyof typeof ANSWERS] : null;
  };
}

/** Only every so-and-so-manieth call gets through, for ever. */
function throttledEvery(calls: number, isMeant: (call: StoreCall) => boolean): StoreFault {
  let count = 0;
  return (call) => {
    if (!isMeant(call)) return null;
    count += 1;
    return count % calls === 0 ? null : ANSWERS[call.store as keyof typeof ANSWERS];
  };
}

const readsHashes = ({ store, operation }: StoreCall): boolean => store === HASHES && operation === 'readRange';
const writesHashes = ({ store, operation }: StoreCall): boolean => store === HASHES && operation === 'apply';
const writesPages = ({ store, operation }: StoreCall): boolean => store === DELTA && operation === 'put';

async function calmDay(): Promise<JobHome> {
  const home = await newHome();
  expect(await home.run(DAY)).toMatchObject({ status: 'SUCCEEDED' });
  return home;
}

function newHome(): Promise<JobHome> {
  return JobHome.begin(Array.from({ length: 80 }, (_, n) => n + 1));
}

function turnsOf({ journal }: JobHome, state: string): number {
  const events = journal.events(RUN, 0, MAX_EVENTS);
  return events.filter(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === state).length;
}

const minutesOf = (home: JobHome): number => (home.clock.now() - Date.UTC(2026, 10, 23)) / MINUTE;

describe('a store that takes no requests for three minutes', () => {
  it.each([
    ['AgreementHash, read by QueryNamespace', readsHashes],
    ['JobDailyDelta, written by QueryNamespace', writesPages],
    ['AgreementHash, written by UpdateAgreementHashes', writesHashes],
  ])('%s, delays the run and changes nothing else', async (_, isMeant) => {
    const home = await newHome();

    const outcome = await home.run(DAY, { store: throttledFor(home, 3, isMeant) });

    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(minutesOf(home)).toBeGreaterThan(3);
    expect(minutesOf(home)).toBeLessThan(5);
    expect(await home.published()).toEqual(await (await calmDay()).published());
    expect(home.journal.lastEventId(RUN)).toBeLessThan(1_000);
  });
});

describe('a store that lets one request in fifteen through', () => {
  it.each([
    ['QueryNamespace', readsHashes],
    ['QueryNamespace', writesPages],
    ['UpdateHashesBatch', writesHashes],
  ])(
    'makes %s hand its cursor back in time, turn after turn, and the run goes on to its end',
    async (state, isMeant) => {
      const home = await newHome();
      const calm = await newHome();
      const slow = { query_batch_size: 1, max_parallel_executions: 1 };
      await calm.run(DAY, {}, slow);

      const outcome = await home.run(DAY, { store: throttledEvery(15, isMeant) }, slow);

      expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
      expect(await home.status(RUN)).toBe('succeeded');
      expect(turnsOf(calm, state)).toBe(1);
      expect(turnsOf(home, state)).toBeGreaterThan(1);
      const types = home.journal.events(RUN, 0, MAX_EVENTS).map(({ type }) => type);
      expect(types).not.toContain('TaskTimedOut');
      expect(types).not.toContain('TaskFailed');
      expect(home.journal.lastEventId(RUN)).toBeLessThan(1_000);
      expect(await home.published()).toEqual(await calm.published());
    },
  );
});

describe('a store that takes no requests for an hour', () => {
  it('while pages are read, fails the query gate and says why, and the next attempt succeeds', async () => {
    const home = await newHome();

    const outcome = await home.run(DAY, { store: throttledFor(home, 60, readsHashes) });

    expect(outcome.status).toBe('FAILED');
    expect(outcome.cause).toContain('STORE_THROTTLED');
    expect(outcome.cause).toContain(HASHES);
    expect(await home.head()).toEqual({ head: null, as_of: null, hashes_of: null, owner: null });
    expect(home.journal.lastEventId(RUN)).toBeLessThan(1_000);
    expect(await home.start(home.engine(), DAY, { attempt: 2 })).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('while hashes are written, leaves a published table, and the next run writes them first', async () => {
    const home = await newHome();
    const calm = await calmDay();

    const outcome = await home.run(DAY, { store: throttledFor(home, 60, writesHashes) });

    expect(outcome.cause).toContain('STORE_THROTTLED');
    expect(await home.row(RUN)).toMatchObject({ status: 'published_incomplete', error: 'TransientError' });
    expect(await home.head()).toMatchObject({ as_of: DAY, hashes_of: null, owner: null });
    for (const each of [home, calm]) {
      each.put(1, { law: 'Nevada' });
      expect(await each.run(NEXT)).toMatchObject({ status: 'SUCCEEDED' });
    }
    expect(await home.published(`published/as_of=${NEXT}`)).toEqual(await calm.published(`published/as_of=${NEXT}`));
  });
});
