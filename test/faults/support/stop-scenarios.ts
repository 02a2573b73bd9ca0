/** Days that between them enter every state of both machines, and what their table must be once they are over. */
import { PermanentError, TransientError } from '../../../src/errors.ts';
import type { DeltaBatchInfoInput, ProcessPayloadInput } from '../../../src/job/contracts.ts';
import { DAILY_AGREEMENT_JOB } from '../../../src/runtime/machines.ts';
import { type Faults, JobHome } from './job-home.ts';
import { stopAt } from './stop-execution.ts';

export interface StopScenario {
  readonly name: string;
  /** Of the run that is stopped. */
  readonly date: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly functions?: Faults['functions'];
  /** What went before, after the first day. */
  readonly before?: (home: JobHome) => Promise<unknown>;
  /** Another run in which the one that is stopped takes place. */
  readonly around?: (home: JobHome, run: () => Promise<unknown>) => Promise<unknown>;
}

export const FIRST = '2021-10-19';
export const EARLIER = '2021-10-20';
export const TODAY = '2021-10-21';
const TOMORROW = '2021-10-22';
export const NEXT = '2021-10-25';

/** Gates that nothing but everything passes, and no second iteration. */
const STRICT = { max_query_iterations: 1, query_percentage_success: 1, docs_transformation_percentage_success: 1 };

export const STOP_SCENARIOS: readonly StopScenario[] = [
  { name: 'an ordinary day', date: TODAY },
  {
    name: 'the day after one that died between its publication and its pointer',
    date: TODAY,
    before: dieAfterPublication,
  },
  { name: 'a date before the one that is published', date: '2021-10-18' },
  {
    name: 'a day that begins while another runs',
    date: TOMORROW,
    around: (home, run) =>
      home.run(TODAY, {
        functions: ({ PlanReprocessing }) => ({
          PlanReprocessing: async (payload, context) => {
            await run();
            return PlanReprocessing(payload, context);
          },
        }),
      }),
  },
  {
    name: 'a Lex that is silent',
    date: TODAY,
    input: STRICT,
    functions: () => ({
      GetTotalDocsInNamespaceAndCreateBatchesForLexQuery: () =>
        Promise.reject(new TransientError('LEX_UNREACHABLE', 'No answer.')),
    }),
  },
  {
    name: 'workers that fail',
    date: TODAY,
    input: STRICT,
    functions: () => ({ QueryNamespace: () => Promise.reject(new PermanentError('LEX_UNAUTHORIZED', 'No.')) }),
  },
  {
    name: 'slices that fail',
    date: TODAY,
    input: STRICT,
    functions: () => ({ TransformDocumentData: () => Promise.reject(new PermanentError('PLAN_INVALID', 'No.')) }),
  },
  {
    name: 'batches that fail',
    date: TODAY,
    input: STRICT,
    functions: () => ({ GetDeltaDocsBatchInfo: () => Promise.reject(new PermanentError('PLAN_INVALID', 'No.')) }),
  },
  {
    name: 'batches that are cut in two',
    date: TODAY,
    input: { max_parallel_executions: 1 },
    functions: () => ({ ProcessPayloadForRecursion: cutInTwo }),
  },
  {
    name: 'batches that are cut in two, and whose parts fail',
    date: TODAY,
    input: { ...STRICT, max_parallel_executions: 1 },
    functions: ({ GetDeltaDocsBatchInfo }) => ({
      ProcessPayloadForRecursion: cutInTwo,
      GetDeltaDocsBatchInfo: async (payload, context) => {
        if ((payload as DeltaBatchInfoInput).from !== null) throw new PermanentError('PLAN_INVALID', 'No.');
        return GetDeltaDocsBatchInfo(payload, context);
      },
    }),
  },
];

/** The home on the morning of the scenario's day. */
export async function morningOf({ before }: StopScenario): Promise<JobHome> {
  const home = (await firstDay()).copy();
  changeLex(home, EARLIER);
  await before?.(home);
  changeLex(home, TODAY);
  return home;
}

let first: Promise<JobHome> | null = null;

/** Eight documents, published. */
function firstDay(): Promise<JobHome> {
  first ??= JobHome.begin([1, 2, 3, 4, 5, 6, 7, 8]).then(async (home) => {
    await mustSucceed(home, FIRST);
    return home;
  });
  return first;
}

/** What Lex has changed since the day before: new, changed, touched, removed, rejected and healed documents. */
export function changeLex(home: JobHome, date: string): void {
  if (date === EARLIER) {
    home.put(2, { law: 'Nevada' });
    home.remove(3);
  }
  if (date === TODAY) {
    home.put(4, { isRejected: true });
    home.put(5, { seen: 99 });
    home.put(9);
    home.remove(7);
  }
  if (date === NEXT) {
    home.put(4);
    home.put(5, { law: 'Nevada' });
    home.put(7);
    home.remove(8);
  }
}

const undisturbed = new Map<string, Promise<JobHome>>();

/** A home in which these days, and no others, were run from beginning to end. */
export function undisturbedHome(dates: readonly string[]): Promise<JobHome> {
  const key = dates.join();
  const known = undisturbed.get(key) ?? runUndisturbed(dates);
  undisturbed.set(key, known);
  return known;
}

async function runUndisturbed(dates: readonly string[]): Promise<JobHome> {
  const home = (await firstDay()).copy();
  for (const date of [EARLIER, TODAY, NEXT]) {
    changeLex(home, date);
    if (dates.includes(date)) await mustSucceed(home, date);
  }
  return home;
}

export async function mustSucceed(home: JobHome, date: string): Promise<void> {
  const { status, cause } = await home.run(date);
  if (status !== 'SUCCEEDED') throw new Error(`${date} is ${status}: ${cause}`);
}

/** Leaves a head without pointer and hashes, and a lock whose owner is closed. */
function dieAfterPublication(home: JobHome): Promise<boolean> {
  const place = { machine: DAILY_AGREEMENT_JOB, state: 'WriteAsOf' };
  const execution = `agreements-${EARLIER}`;
  return stopAt(home, { execution, place, moment: 'before' }, (faults) => home.run(EARLIER, faults));
}

/** As the real one, only that a leaf holds one slice. */
async function cutInTwo(payload: unknown): Promise<unknown> {
  const { from, to } = payload as ProcessPayloadInput;
  if (to - from <= 1) {
    return { is_leaf: true, slices: Array.from({ length: to - from }, (_, i) => from + i), delta_docs_batches: [] };
  }
  const middle = from + Math.ceil((to - from) / 2);
  const parts = [
    { from, to: middle },
    { from: middle, to },
  ];
  return { is_leaf: false, slices: [], delta_docs_batches: parts };
}
