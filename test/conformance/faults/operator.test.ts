/** An operator's StopExecution and the schedule's starts, on an independent implementation of Step Functions. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStarter } from '../../../src/runtime/lambda/start-daily-agreement-job.ts';
import { DAILY_AGREEMENT_JOB, type FunctionName, readDefinitions } from '../../../src/runtime/machines.ts';
import type { Home } from '../oracle/home.ts';
import { installOracle } from '../oracle/install-oracle.ts';
import { type JobFunctions, jobFunctions } from '../oracle/job-functions.ts';
import { type LambdaServer, startLambdaServer } from '../oracle/lambda-server.ts';
import { oracleHomes } from '../oracle/oracle-home.ts';
import { LOCK_KEY, STANDARD_INPUT, STANDARD_WORLD } from '../oracle/scenarios.ts';
import { type Oracle, startOracle } from '../oracle/start-oracle.ts';

const INSTALL_TIMEOUT_MS = 300_000;
const [DAY, NEXT] = ['2021-10-20', '2021-10-21'] as const;
const RUN = `agreements-${DAY}`;
/** One worker, so that the oracle has little to evaluate. */
const INPUT = { ...STANDARD_INPUT, max_parallel_executions: 1, namespaces: [{ namespace: 'mac' }] };
const CALL = { signal: new AbortController().signal, shouldStop: () => false };

let lambda: LambdaServer;
let oracle: Oracle;

beforeAll(async () => {
  installOracle();
  lambda = await startLambdaServer();
  oracle = await startOracle(lambda.endpoint);
}, INSTALL_TIMEOUT_MS);
afterAll(async () => {
  await oracle?.stop();
  await lambda?.stop();
});

function openHome(id: string, change: (standard: JobFunctions) => Partial<JobFunctions>): Promise<Home> {
  const standard = jobFunctions({ ...STANDARD_WORLD, documents: { mac: 10 }, slices: 1 });
  const open = oracleHomes(oracle, lambda);
  return open({
    id,
    machines: readDefinitions(),
    functions: { ...standard, ...change(standard) },
    tables: { JobStats: ['business_date', 'execution_name'] },
  });
}

function inputOf(business_date: string) {
  return { ...INPUT, business_date };
}

async function textsOf(home: Home, key: Parameters<Home['getItem']>[1]): Promise<Readonly<Record<string, unknown>>> {
  const item = (await home.getItem('JobStats', key)) ?? {};
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, Object.values(value)[0] as unknown]));
}

function rowOf(home: Home, date: string) {
  return textsOf(home, { business_date: { S: date }, execution_name: { S: `agreements-${date}` } });
}

/** States outside Maps: a Map that is stopped goes on a little here, and ends the execution as failed. */
const STOPS = [
  ['PlanReprocessing', () => true, 'aborted'],
  ['ValidateNamespacesQueryingProcess', () => true, 'aborted'],
  ['CreateBatchesForDeltaDocs', () => true, 'aborted'],
  ['CreateJobDailyA3Data', ({ phase }: { readonly phase: string }) => phase === 'manifest', 'aborted'],
  ['CreateJobDailyA3Data', ({ phase }: { readonly phase: string }) => phase === 'as_of', 'published_incomplete'],
  ['CleanupDailyJob', () => true, 'published_incomplete'],
] as const satisfies readonly (readonly [FunctionName, (payload: never) => boolean, string])[];

describe.concurrent('a run that is stopped', () => {
  it.each(STOPS.map(([name, isMeant, closedAs], i) => ({ name, isMeant, closedAs, id: `stop${i}` })))(
    'in $name leaves its row $closedAs, and the next day takes over',
    async ({ name, isMeant, closedAs, id }) => {
      let stopped = false;
      const home = await openHome(id, (standard) => ({
        [name]: async (payload: never) => {
          if (!stopped && isMeant(payload)) {
            stopped = true;
            const executionArn = home.executionId(DAILY_AGREEMENT_JOB, RUN);
            await oracle.call('states', 'StopExecution', { executionArn, error: 'Operator', cause: 'Not today.' });
          }
          return standard[name](payload);
        },
      }));

      const first = await home.run(DAILY_AGREEMENT_JOB, RUN, inputOf(DAY));
      const before = await rowOf(home, DAY);
      const next = await home.run(DAILY_AGREEMENT_JOB, `agreements-${NEXT}`, inputOf(NEXT));

      expect(first).toMatchObject({ status: 'ABORTED' });
      expect(before).toMatchObject({ status: 'running' });
      expect(next).toMatchObject({ status: 'SUCCEEDED' });
      expect(await rowOf(home, DAY)).toMatchObject({ status: closedAs });
      expect(await rowOf(home, NEXT)).toMatchObject({ status: 'succeeded' });
      const manifest = `published/as_of=${NEXT}/attempt=1/manifest.json`;
      const lock = await textsOf(home, LOCK_KEY);
      expect(lock).toMatchObject({ fence: '2', head: manifest, hashes_of: manifest, as_of: NEXT });
      expect(lock).not.toHaveProperty('owner');
    },
  );
});

describe('a scheduled start for a date', () => {
  it.each([
    ['that succeeded', 'SUCCEEDED', true],
    ['that failed', 'FAILED', false],
  ] as const)('that runs, and then for one %s, starts nothing more', async (_, status, mayPlan) => {
    const id = `start-${status.toLowerCase()}`;
    const planned = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    let runs = 0;
    const home = await openHome(id, ({ PlanReprocessing }) => ({
      PlanReprocessing: async (payload: never) => {
        if ((payload as { readonly cursor: unknown }).cursor === null) runs += 1;
        planned.resolve();
        await go.promise;
        if (!mayPlan) throw Object.assign(new Error('[STORE_CORRUPT] No base.'), { name: 'PermanentError' });
        return PlanReprocessing(payload);
      },
    }));
    const { scheduled, start } = starter(id);

    const first = await start(scheduled, CALL);
    await planned.promise;
    const second = await start(scheduled, CALL);
    go.resolve();
    const arn = home.executionId(DAILY_AGREEMENT_JOB, RUN);
    await vi.waitFor(async () => {
      expect(await oracle.call('states', 'DescribeExecution', { executionArn: arn })).toMatchObject({ status });
    }, 30_000);
    const row = await rowOf(home, DAY);
    const third = await start(scheduled, CALL);

    expect(first).toMatchObject({ run: RUN, started: true });
    expect(second).toMatchObject({ run: RUN });
    expect(third).toEqual({ run: RUN, started: false, reason: 'exists' });
    expect(runs).toBe(1);
    expect(await rowOf(home, DAY)).toEqual(row);
    vi.unstubAllEnvs();
  });
});

/** The deployed starter, pointed at the oracle's machine. */
function starter(id: string) {
  const { business_date: _date, ...job } = INPUT;
  const variables = {
    AWS_ENDPOINT_URL_SFN: oracle.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    LEXDELTA_STATE_MACHINE: `arn:aws:states:us-east-1:123456789012:stateMachine:${id}-${DAILY_AGREEMENT_JOB}`,
    LEXDELTA_JOB_INPUT: JSON.stringify(job),
    LEXDELTA_TIME_ZONE: 'America/New_York',
    LEXDELTA_DAYS_BACK: '1',
    LEXDELTA_HOLIDAYS: '[]',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  return { scheduled: { scheduled_time: `${NEXT}T06:00:00Z` }, start: openStarter() };
}
