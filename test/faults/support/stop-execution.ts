/** Ends an execution of the job at a state, as an operator's StopExecution does: no Catch runs, and nothing of it goes on. */
import type { Journal, JournalCommit } from '../../../src/engine/journal.ts';
import { DAILY_AGREEMENT_JOB, readDefinitions } from '../../../src/runtime/machines.ts';
import type { Faults, JobHome } from './job-home.ts';

export interface Place {
  readonly machine: string;
  readonly state: string;
}

/** `before`: the state has been entered, and nothing done. `after`: what it does is done, and nobody hears of it. */
export type Moment = 'before' | 'after';

const STOPPED = { status: 'ABORTED', error: 'Operator', cause: 'Not today.' } as const;

interface StateJson {
  readonly Type: string;
  readonly ItemProcessor?: { readonly States: StatesJson };
}
type StatesJson = Readonly<Record<string, StateJson>>;

/** Every state of both machines, those inside their Maps included. */
export function allPlaces(): readonly (Place & { readonly type: string })[] {
  const inside = (machine: string, states: StatesJson): readonly (Place & { readonly type: string })[] =>
    Object.entries(states).flatMap(([state, { Type, ItemProcessor }]) => [
      { machine, state, type: Type },
      ...(ItemProcessor === undefined ? [] : inside(machine, ItemProcessor.States)),
    ]);
  return Object.entries(readDefinitions()).flatMap(([machine, definition]) =>
    inside(machine, (definition as { readonly States: StatesJson }).States),
  );
}

/** The places that an execution and those nested in it have entered so far. */
export function placesEntered({ journal }: JobHome, execution: string): readonly Place[] {
  const names = journal.names.filter((name) => journal.execution(name)?.root === execution);
  return names.flatMap((name) =>
    journal.events(name, 0, 25_000).flatMap((event) => {
      const state = event.stateEnteredEventDetails?.name;
      return state === undefined ? [] : [{ machine: journal.execution(name)!.machine, state }];
    }),
  );
}

/**
 * Runs until the execution, or one nested in it, first comes to the place, and stops it there.
 * @param run runs it with these faults
 * @returns whether it came there
 */
export async function stopAt(
  home: JobHome,
  { execution, place, moment }: { readonly execution: string; readonly place: Place; readonly moment: Moment },
  run: (faults: Faults) => Promise<unknown>,
): Promise<boolean> {
  const isThere = ({ root, machine, state }: Seen) =>
    root === execution && machine === place.machine && state === place.state;
  const others = home.openCalls();
  const stopped = moment === 'before' ? await killAt(home, isThere, run) : await closeAt(home, isThere, execution, run);
  await Promise.allSettled([...home.openCalls()].filter((call) => !others.has(call)));
  if (stopped) await home.engine().closeExecution(execution, STOPPED);
  return stopped;
}

interface Seen {
  readonly root: string;
  readonly machine: string;
  readonly state: string;
}

/** What an execution that ends here leaves: the commit that would tell of the state is never made, and nothing after it. */
async function killAt(
  home: JobHome,
  isThere: (seen: Seen) => boolean,
  run: (faults: Faults) => Promise<unknown>,
): Promise<boolean> {
  const killed = new Error('killed');
  const journal = watching(home.journal, (seen) => {
    if (seen.some(isThere)) throw killed;
  });
  return run({ journal }).then(
    () => false,
    (error: unknown) => {
      if (error !== killed) throw error;
      return true;
    },
  );
}

/** The execution is closed when its task has begun; what the task does to the stores happens all the same. */
async function closeAt(
  home: JobHome,
  isThere: (seen: Seen) => boolean,
  execution: string,
  run: (faults: Faults) => Promise<unknown>,
): Promise<boolean> {
  let isClosed = false;
  const outcome = await run({
    onEvent: (engine) => (name, event) => {
      const state = event.stateEnteredEventDetails?.name;
      const { root, machine } = home.journal.execution(name)!;
      if (isClosed || state === undefined || !isThere({ root, machine, state })) return;
      isClosed = true;
      void engine.closeExecution(execution, STOPPED);
    },
  });
  if (isClosed && (outcome as { readonly status: string }).status !== 'ABORTED') throw new Error('It was not stopped.');
  return isClosed;
}

/** A journal that shows the states of each commit before it is made. */
export function watching(journal: Journal, look: (seen: readonly Seen[]) => void): Journal {
  return new Proxy(journal, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (name !== 'commit') return member.bind(target) as unknown;
      return async (commits: readonly JournalCommit[]) => {
        look(commits.flatMap((commit) => statesOf(target, commit)));
        return target.commit(commits);
      };
    },
  });
}

function statesOf(journal: Journal, { execution, root, events, record }: JournalCommit): readonly Seen[] {
  const machine = record?.machine ?? journal.execution(execution)?.machine ?? DAILY_AGREEMENT_JOB;
  return events.flatMap((event) => {
    const state = event.stateEnteredEventDetails?.name;
    return state === undefined ? [] : [{ root, machine, state }];
  });
}
