import { afterEach, describe, expect, it } from 'vitest';
import { executionName } from '../../src/job/business-date.ts';
import { type JobInput, parseJobInput } from '../../src/job/job-input.ts';
import type { JobRuntime } from '../../src/runtime/job-runtime.ts';

export const DATE = '2021-10-20';
export const HEAD = 'published/as_of=2021-10-19/attempt=1/manifest.json';

/** What has been before. Runs are named; one that is `RUNNING` is worked on. */
export interface Before {
  readonly executions?: Readonly<Record<string, 'RUNNING' | 'SUCCEEDED' | 'FAILED'>>;
  /** Rows that outlived their executions: of which the engine knows nothing any more. */
  readonly rows?: Readonly<Record<string, 'succeeded' | 'failed'>>;
  readonly owner?: string;
  /** Business date of the last table. */
  readonly asOf?: string;
}

export interface Opened {
  readonly runtime: JobRuntime;
  close(): Promise<void>;
}

const first = executionName(DATE, 1);
const second = executionName(DATE, 2);

/** Each driver's test file calls this once. What `run` does is what `preview` says. */
export function planRunContract(driver: string, open: (before: Before) => Promise<Opened>): void {
  describe(`planning a run: ${driver}`, () => {
    let opened: Opened | null = null;
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });

    const plan = async (before: Before, attempt: number | null = null, change: object = {}) => {
      opened = await open(before);
      return opened.runtime.preview({ input: inputOf(change), attempt });
    };

    it('starts attempt 1 of a date that nothing is known of', async () => {
      expect(await plan({})).toEqual({ run: first, attempt: 1, action: 'start', base: null, owner: null });
    });

    it('follows the run that works', async () => {
      expect(await plan({ executions: { [first]: 'RUNNING' }, owner: first })).toMatchObject({
        run: first,
        action: 'follow',
      });
    });

    it('starts the next attempt after one that failed', async () => {
      const executions = { [first]: 'FAILED' } as const;

      expect(await plan({ executions })).toMatchObject({ run: second, attempt: 2, action: 'start' });
    });

    it('has nothing to do for a date that has succeeded, unless another attempt is asked for', async () => {
      const executions = { [first]: 'FAILED', [second]: 'SUCCEEDED' } as const;

      expect(await plan({ executions, asOf: DATE })).toMatchObject({ run: second, action: 'nothing' });
      expect(await opened!.runtime.preview({ input: inputOf(), attempt: 3 })).toMatchObject({ action: 'start' });
      expect(await opened!.runtime.preview({ input: inputOf(), attempt: 1 })).toMatchObject({
        run: first,
        action: 'nothing',
      });
    });

    it('goes by the rows of runs that the engine has forgotten', async () => {
      expect(await plan({ rows: { [first]: 'failed', [second]: 'succeeded' }, asOf: DATE })).toMatchObject({
        run: second,
        action: 'nothing',
      });
      await opened?.close();
      expect(await plan({ rows: { [first]: 'failed' } })).toMatchObject({ run: second, action: 'start' });
      expect(await opened!.runtime.preview({ input: inputOf(), attempt: 1 })).toMatchObject({ action: 'nothing' });
    });

    it('refuses an attempt beyond the next', async () => {
      await expect(plan({ executions: { [first]: 'FAILED' } }, 3)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
    });

    it('refuses a date before the last table, unless that is accepted', async () => {
      await expect(plan({ asOf: '2021-10-21' })).rejects.toMatchObject({ code: 'DATE_OUT_OF_ORDER' });
      const accepted = { overrides: [{ accept: 'date', by: 'Ada', reason: 'a late correction' }] };
      expect(await opened!.runtime.preview({ input: inputOf(accepted), attempt: null })).toMatchObject({
        action: 'start',
        base: HEAD,
      });
    });

    it('does not start beside a run that holds the lock and works, and names it', async () => {
      const other = executionName('2021-10-19', 1);

      expect(await plan({ executions: { [other]: 'RUNNING' }, owner: other })).toMatchObject({
        run: first,
        action: 'locked',
        owner: other,
      });
    });

    it('starts where the holder of the lock has ended: the run takes it over', async () => {
      const other = executionName('2021-10-19', 1);

      expect(await plan({ executions: { [other]: 'FAILED' }, owner: other })).toMatchObject({ action: 'start' });
    });
  });
}

function inputOf(change: object = {}): JobInput {
  return parseJobInput({
    max_parallel_executions: 1,
    query_batch_size: 10,
    business_date: DATE,
    query_percentage_success: 0.9,
    docs_transformation_percentage_success: 0.9,
    namespaces: [{ namespace: 'cct' }],
    ...change,
  });
}
