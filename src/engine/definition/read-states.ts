/** A group of states: `StartAt` and `States` of the machine, of a Map's processor, of a Parallel's branch. */
import type { State, StateGroup } from '../state-machine.ts';
import type { Fields } from './fields.ts';
import type { Problems } from './problems.ts';
import { readState } from './read-state.ts';

/** Step Functions: characters of a state's name. */
const MAX_STATE_NAME_LENGTH = 80;

/** What one definition keeps while it is read. */
export interface Reading {
  readonly problems: Problems;
  /** State names are unique in the whole machine. */
  readonly stateNames: Set<string>;
}

/** Notes where the states of one group lead. */
export class Successors {
  readonly #known: ReadonlySet<string>;
  readonly #found = new Set<string>();
  constructor(known: ReadonlySet<string>) {
    this.#known = known;
  }
  /** The state that `name` leads to; a name that is not in the group is a problem. */
  next(fields: Fields, name = 'Next'): string {
    const target = fields.string(name);
    if (target !== '' && !this.#known.has(target)) fields.problem(name, `There is no state \`${target}\` here.`);
    this.#found.add(target);
    return target;
  }
  take(): readonly string[] {
    const found = [...this.#found];
    this.#found.clear();
    return found;
  }
}

export function readStateGroup(group: Fields, reading: Reading): StateGroup {
  group.need('States');
  const list = group.fields('States');
  const names = new Set(list.keys());
  const successors = new Successors(names);
  const startAt = successors.next(group, 'StartAt');
  successors.take();

  const states = new Map<string, State>();
  const leadsTo = new Map<string, readonly string[]>();
  for (const name of names) {
    checkName(list, name, reading);
    const state = readState(name, list.state(name), successors, reading);
    leadsTo.set(name, successors.take());
    if (state !== null) states.set(name, state);
  }
  checkReachable(list, startAt, leadsTo);
  if (states.size === names.size && ![...states.values()].some(isTerminal)) {
    group.problem('States', 'No state ends here.');
  }
  return { startAt, states };
}

function checkName(list: Fields, name: string, { stateNames }: Reading): void {
  if (name === '' || [...name].length > MAX_STATE_NAME_LENGTH) {
    list.problem(name, `A state's name has 1 to ${MAX_STATE_NAME_LENGTH} characters.`);
  }
  if (stateNames.has(name)) list.problem(name, `The state name \`${name}\` is used twice in the machine.`);
  stateNames.add(name);
}

function checkReachable(list: Fields, startAt: string, leadsTo: ReadonlyMap<string, readonly string[]>): void {
  if (!leadsTo.has(startAt)) return; // Said already; everything would be unreachable.
  const reached = new Set([startAt]);
  for (const name of reached) for (const next of leadsTo.get(name) ?? []) reached.add(next);
  for (const name of leadsTo.keys()) {
    if (!reached.has(name)) list.problem(name, `The state \`${name}\` cannot be reached.`);
  }
}

function isTerminal(state: State): boolean {
  if (state.type === 'Choice') return false;
  return state.type === 'Fail' || state.next === null;
}
