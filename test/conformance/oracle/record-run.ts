/** Runs one scenario in one home, and puts down everything that can be seen of it afterwards. */
import { DAILY_AGREEMENT_JOB, readDefinitions } from '../../../src/runtime/machines.ts';
import { type HistoryTree, toTree } from './history-tree.ts';
import type { Experiment, Home, OpenHome, Outcome, RawEvent } from './home.ts';
import { jobFunctions } from './job-functions.ts';
import { Normaliser } from './normalise.ts';
import { LOCK_KEY, MAIN_EXECUTION, type Scenario, STANDARD_INPUT, STANDARD_WORLD } from './scenarios.ts';

export interface Recording {
  /** Output, error and cause stand in the last event of the history. */
  readonly status: string;
  readonly history: ExecutionHistory;
  /** The lock, and the run's row. */
  readonly items: unknown;
}

export interface ExecutionHistory {
  readonly lines: HistoryTree;
  /** By the place of the event that submitted them. */
  readonly nested: Readonly<Record<string, ExecutionHistory>>;
}

export async function recordRun(id: string, scenario: Scenario, open: OpenHome): Promise<Recording> {
  const home = Promise.withResolvers<Home>();
  let running: Promise<Outcome> | null = null;
  const runMain = async (): Promise<Outcome> => {
    const input = { ...STANDARD_INPUT, ...scenario.input };
    running ??= (await home.promise).run(DAILY_AGREEMENT_JOB, MAIN_EXECUTION, input);
    return running;
  };
  const opened = await open(experimentOf(id, scenario, runMain));
  home.resolve(opened);
  await scenario.before?.(opened);
  const { status } = await runMain();
  return record(opened, status);
}

function experimentOf(id: string, scenario: Scenario, runMain: () => Promise<unknown>): Experiment {
  const standard = jobFunctions({ ...STANDARD_WORLD, ...scenario.world });
  return {
    id,
    machines: withTimeouts(readDefinitions(), scenario.timeouts ?? {}),
    functions: { ...standard, ...scenario.functions?.(standard, runMain) },
    tables: { JobStats: ['business_date', 'execution_name'] },
  };
}

function withTimeouts(
  machines: Readonly<Record<string, unknown>>,
  timeouts: Readonly<Record<string, number>>,
): Readonly<Record<string, unknown>> {
  const change = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((inner) => change('', inner));
    if (typeof value !== 'object' || value === null) return value;
    const own = timeouts[name] === undefined ? {} : { TimeoutSeconds: timeouts[name] };
    return { ...Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(key, inner)])), ...own };
  };
  return Object.fromEntries(
    Object.entries(machines).map(([name, machine]) => [name, change(`machine ${name}`, machine)]),
  );
}

async function record(home: Home, status: string): Promise<Recording> {
  const raw = new Map<string, readonly RawEvent[]>();
  await readHistories(home, MAIN_EXECUTION, raw);
  const nested = [...raw.keys()].filter((name) => name !== MAIN_EXECUTION);
  // The longest first: the engine's names of nested executions begin with their parent's.
  const names = nested.flatMap((name) => [name, name.split(':').at(-1)!]).toSorted((a, b) => b.length - a.length);
  const normaliser = new Normaliser(names);
  const row = { business_date: { S: '2021-10-20' }, execution_name: { S: MAIN_EXECUTION } };
  const items = await Promise.all([LOCK_KEY, row].map((key) => home.getItem('JobStats', key)));
  const history = historyOf(MAIN_EXECUTION, raw, normaliser);
  return { status, history, items: normaliser.value(items) };
}

async function readHistories(home: Home, name: string, found: Map<string, readonly RawEvent[]>): Promise<void> {
  const events = await home.history(name);
  found.set(name, events);
  for (const event of events) {
    const nested = submitted(event);
    if (nested !== null) await readHistories(home, nested, found);
  }
}

/** The nested execution that an event tells of. */
function submitted(event: RawEvent): string | null {
  const output = event['taskSubmittedEventDetails']?.['output'];
  if (typeof output !== 'string') return null;
  return (JSON.parse(output) as { readonly ExecutionArn: string }).ExecutionArn;
}

function historyOf(
  name: string,
  raw: ReadonlyMap<string, readonly RawEvent[]>,
  normaliser: Normaliser,
): ExecutionHistory {
  const events = raw.get(name)!;
  const { tree, places } = toTree(normaliser.events(events));
  const nested = events.flatMap((event) => {
    const child = submitted(event);
    return child === null ? [] : [[places.get(event.id)!, historyOf(child, raw, normaliser)] as const];
  });
  return { lines: tree, nested: Object.fromEntries(nested) };
}

/** Names of all states that were entered, those of nested executions too. */
export function enteredStates({ lines, nested }: ExecutionHistory): ReadonlySet<string> {
  const steps = Object.values(lines).flat();
  const own = steps.filter(({ type }) => type.endsWith('StateEntered')).map(({ details }) => String(details['name']));
  return new Set([...own, ...Object.values(nested).flatMap((inner) => [...enteredStates(inner)])]);
}
