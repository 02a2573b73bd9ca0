/** The embedded engine, over fakes in memory. */
import { createEngine } from '../../../src/engine/create-engine.ts';
import { loadStateMachine } from '../../../src/engine/definition/load-state-machine.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { MemoryItemTables } from '../../fakes/memory-item-tables.ts';
import { MemoryJournal } from '../../fakes/memory-journal.ts';
import { type Experiment, type Home, nameIn, type Outcome, type RawEvent, substitutionsOf } from './home.ts';

export async function openEngineHome(experiment: Experiment): Promise<Home> {
  const named = (name: string): string => nameIn(experiment, name);
  const functions = new Map(Object.entries(experiment.functions).map(([name, run]) => [named(name), run]));
  const journal = new MemoryJournal();
  const itemTables = new MemoryItemTables(
    Object.fromEntries(Object.entries(experiment.tables).map(([name, keys]) => [named(name), keys])),
  );
  const substitutions = substitutionsOf(experiment, (machine) => machine);
  const engine = createEngine({
    machines: Object.entries(experiment.machines).map(([name, definition]) =>
      loadStateMachine(definition, { name: named(name), substitutions }),
    ),
    journal,
    itemTables,
    // Jumps over every wait as soon as nothing else is to be done.
    clock: new FakeClock(),
    random: () => 0.5,
    isAlive: () => true,
    async invokeFunction(name, payload, { signal }) {
      const run = functions.get(name);
      if (run === undefined) throw Object.assign(new Error(`no ${name}`), { name: 'Lambda.ResourceNotFoundException' });
      return Promise.race([run(payload as never), aborted(signal)]);
    },
  });
  return {
    async run(machine, name, input) {
      const outcome: Outcome = await engine.startExecution({ machine: named(machine), name, input });
      return outcome;
    },
    executionId: (_machine, name) => name,
    async history(name) {
      return (await Array.fromAsync(engine.history(name))) as unknown as readonly RawEvent[];
    },
    putItem: (table, item) => itemTables.update(named(table), item, () => item),
    getItem: (table, key) => itemTables.get(named(table), key),
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
