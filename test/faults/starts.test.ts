/** What a start does to a date whose run works, succeeded or failed, and to one that another date's run keeps waiting. */
import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/errors.ts';
import type { Faults } from './support/job-home.ts';
import { JobHome } from './support/job-home.ts';

const [DAY, NEXT] = ['2021-10-20', '2021-10-21'] as const;
const RUN = `agreements-${DAY}`;

/** Does something once, in the middle of the run. */
function meanwhile(what: () => Promise<unknown>): Pick<Faults, 'functions'> {
  let isDone = false;
  return {
    functions: ({ QueryNamespace }) => ({
      QueryNamespace: async (payload, context) => {
        if (!isDone) {
          isDone = true;
          await what();
        }
        return QueryNamespace(payload, context);
      },
    }),
  };
}

const failing: Faults = {
  functions: () => ({ CreateBatchesForDeltaDocs: () => Promise.reject(new PermanentError('PLAN_INVALID', 'No.')) }),
};

describe('a start for a date', () => {
  it('that runs joins it with the same input, and is refused with another; neither adds work', async () => {
    const home = await JobHome.begin([1, 2, 3]);
    const calm = home.copy();
    await calm.run(DAY);
    let joined: Promise<unknown> = Promise.resolve();
    const engine = home.engine(
      meanwhile(async () => {
        joined = home.start(engine, DAY);
        await expect(home.start(engine, DAY, { query_batch_size: 2 })).rejects.toMatchObject({
          code: 'EXECUTION_EXISTS',
        });
      }),
    );

    const outcome = await home.start(engine, DAY);

    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(await joined).toEqual(outcome);
    expect(home.journal.lastEventId(RUN)).toBe(calm.journal.lastEventId(RUN));
    expect(await home.published()).toEqual(await calm.published());
  });

  it('that succeeded is refused and changes nothing', async () => {
    const home = await JobHome.begin([1, 2, 3]);
    await home.run(DAY);
    const before = [await home.published(), await home.lock(), await home.row(RUN)];
    home.put(4);

    await expect(home.run(DAY)).rejects.toMatchObject({ code: 'EXECUTION_EXISTS' });

    expect([await home.published(), await home.lock(), await home.row(RUN)]).toEqual(before);
  });

  it('that failed is refused under its name, and its next attempt is a run of its own', async () => {
    const home = await JobHome.begin([1, 2, 3]);
    await home.run(DAY, failing);
    const row = await home.row(RUN);

    await expect(home.run(DAY)).rejects.toMatchObject({ code: 'EXECUTION_EXISTS' });
    const next = await home.start(home.engine(), DAY, { attempt: 2 });

    expect(next).toMatchObject({ status: 'SUCCEEDED' });
    expect(await home.row(RUN)).toEqual(row);
    expect(await home.row(`${RUN}-attempt-2`)).toMatchObject({ status: 'succeeded', attempt: '2' });
    expect(await home.head()).toMatchObject({ head: `published/as_of=${DAY}/attempt=2/manifest.json` });
  });

  it.each([
    ['another date', NEXT, {}],
    ['its own next attempt', DAY, { attempt: 2 }],
  ])('ends at once and leaves no row while a run works: %s', async (_, date, changes) => {
    const home = await JobHome.begin([1, 2, 3]);
    let refused: unknown = null;
    const outcome = await home.run(
      DAY,
      meanwhile(async () => {
        refused = await home.start(home.engine(), date, changes);
      }),
    );

    expect(refused).toMatchObject({
      status: 'FAILED',
      cause: expect.stringContaining(`[JOB_ALREADY_RUNNING] The lock is held by ${RUN}`),
    });
    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(await home.status(RUN)).toBe('succeeded');
    expect(await home.row(`agreements-${NEXT}`)).toBeNull();
    expect(await home.row(`${RUN}-attempt-2`)).toBeNull();
    expect(await home.head()).toMatchObject({ as_of: DAY, owner: null });
  });
});
