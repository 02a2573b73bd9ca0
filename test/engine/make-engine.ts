import { createEngine, type Engine, type EngineOptions } from '../../src/engine/create-engine.ts';
import { loadStateMachine } from '../../src/engine/definition/load-state-machine.ts';
import type { ExecutionOutcome } from '../../src/engine/engine-context.ts';
import type { HistoryEvent } from '../../src/engine/history-event.ts';
import type { Json } from '../../src/engine/json.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { MemoryItemTables } from '../fakes/memory-item-tables.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';

export type Definition = Readonly<Record<string, unknown>>;
export type Functions = Readonly<Record<string, (payload: never, signal: AbortSignal) => unknown>>;

/** A machine of these states, beginning at the first. */
export function machineOf(states: Definition, more: Definition = {}): Definition {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...more };
}

/** A Task that invokes a function with its arguments. */
export function lambda(name: string, payload: unknown, more: Definition = { End: true }): Definition {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: name, Payload: payload },
    Output: '{% $states.result.Payload %}',
    ...more,
  };
}

export interface Bench {
  readonly engine: Engine;
  readonly journal: MemoryJournal;
  readonly clock: FakeClock;
  readonly tables: MemoryItemTables;
}

export interface BenchOptions
  extends Partial<Omit<EngineOptions, 'machines' | 'invokeFunction' | 'journal' | 'clock'>> {
  readonly functions?: Functions;
  readonly journal?: MemoryJournal;
  readonly clock?: FakeClock;
}

/** An engine over fakes. Machines by name. */
export function makeEngine(machines: Readonly<Record<string, Definition>>, options: BenchOptions = {}): Bench {
  const { functions = {}, journal = new MemoryJournal(), clock = new FakeClock(), ...rest } = options;
  const tables = new MemoryItemTables({ Locks: ['pk', 'sk'] });
  const engine = createEngine({
    machines: Object.entries(machines).map(([name, definition]) =>
      loadStateMachine(definition, { name, substitutions: {} }),
    ),
    journal,
    clock,
    random: () => 0.5,
    itemTables: tables,
    isAlive: () => false,
    async invokeFunction(name, payload, { signal }) {
      const run = functions[name];
      if (run === undefined) throw Object.assign(new Error(`no ${name}`), { name: 'Lambda.ResourceNotFoundException' });
      return run(payload as never, signal);
    },
    ...rest,
  });
  return { engine, journal, clock, tables };
}

export interface RunResult extends Bench {
  readonly outcome: ExecutionOutcome;
  readonly events: readonly HistoryEvent[];
  readonly types: readonly string[];
}

/** Runs one machine once, under the name `run`. */
export async function runStates(
  states: Definition,
  options: BenchOptions & { readonly input?: Json; readonly more?: Definition } = {},
): Promise<RunResult> {
  const { input = {}, more = {}, ...rest } = options;
  const bench = makeEngine({ machine: machineOf(states, more) }, rest);
  const outcome = await bench.engine.startExecution({ machine: 'machine', name: 'run', input });
  const events = bench.journal.events('run', 0, 100_000);
  return { ...bench, outcome, events, types: events.map(({ type }) => type) };
}

/** Fails as a Lambda function does that threw an error of this name. */
export function fail(name: string, message = 'failed'): never {
  throw Object.assign(new Error(message), { name });
}

/** A promise to be resolved from outside. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
