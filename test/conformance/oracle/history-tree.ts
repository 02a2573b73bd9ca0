/**
 * A history as lines of execution: the machine's own, each Map iteration, each Parallel branch. What runs side by side
 * is interleaved by chance; within a line the order is the same wherever the execution runs.
 */
import type { PlainEvent } from './normalise.ts';

export interface Step {
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** What `previousEventId` names, in words that do not depend on chance. */
  readonly after: string;
}

/** The steps of each line by its path: `` is the machine's own, `/Map.1#0` the first iteration of its first Map. */
export type HistoryTree = Readonly<Record<string, readonly Step[]>>;

export interface PlacedHistory {
  readonly tree: HistoryTree;
  /** Path and number of the step, by event id. */
  readonly places: ReadonlyMap<number, string>;
}

/** Events that no later one of their line names. */
const SIDE_EVENTS: ReadonlySet<string> = new Set([
  'MapIterationSucceeded',
  'MapIterationFailed',
  'MapIterationAborted',
  'MapStateSucceeded',
  'ParallelStateSucceeded',
]);
const KIND = /^(Map|Parallel)State(Started|Succeeded|Failed)$/;

interface Line {
  readonly path: string;
  readonly parent: Line | null;
  /** Name of the Map and index, for an iteration. */
  readonly iteration: { readonly name: string; readonly index: number } | null;
  readonly steps: Step[];
  state: { readonly name: string; readonly kind: string };
  /** How many Maps and Parallels have begun here, and the lines of the last one. */
  begun: number;
  children: Line[];
  isClosed: boolean;
  lastId: number;
  /** Side events too. */
  lastWrittenId: number;
}

export function toTree(events: readonly PlainEvent[]): PlacedHistory {
  const reader = new Reader();
  for (const event of events) reader.add(event);
  return { tree: Object.fromEntries(reader.lines.map(({ path, steps }) => [path, steps])), places: reader.places };
}

class Reader {
  readonly #root = newLine('', null, null);
  readonly lines: Line[] = [this.#root];
  readonly places = new Map<number, string>();
  readonly #lineOf = new Map<number, Line>();
  readonly #types = new Map<number, string>();

  add(event: PlainEvent): void {
    const { id, type, details, previousEventId } = event;
    const line = this.#place(event);
    const after = previousEventId === 0 ? 'nothing' : this.#after(event, line);
    this.places.set(id, `${line.path}@${line.steps.length}`);
    line.steps.push({ type, details, after });
    this.#types.set(id, type);
    this.#lineOf.set(id, line);
    if (type.endsWith('StateEntered')) {
      line.state = { name: String(details['name']), kind: type.slice(0, -'StateEntered'.length) };
    }
    if (/^(Map|Parallel)StateStarted$/.test(type)) {
      line.begun += 1;
      line.children = [];
    }
    if (/^MapIteration(Succeeded|Failed|Aborted)$/.test(type)) line.isClosed = true;
    line.lastWrittenId = id;
    if (!SIDE_EVENTS.has(type)) line.lastId = id;
  }

  #place({ type, details, previousEventId }: PlainEvent): Line {
    if (type.startsWith('Execution')) return this.#root;
    const from = this.#lineOf.get(previousEventId) ?? this.#root;
    const name = String(details['name']);
    if (type === 'MapIterationStarted') {
      const index = Number(details['index']);
      return this.#child(
        climb(from, ({ state }) => state.name === name),
        `#${index}`,
        { name, index },
      );
    }
    if (this.#types.get(previousEventId) === 'ParallelStateStarted' && type.endsWith('StateEntered')) {
      return this.#child(from, `:${name}`, null);
    }
    if (type.startsWith('MapIteration')) {
      return climb(from, ({ iteration }) => iteration?.name === name && iteration.index === details['index']);
    }
    const kind = KIND.exec(type)?.[1];
    return climb(from, ({ isClosed, state }) => {
      if (isClosed) return false;
      if (kind !== undefined) return state.kind === kind;
      return !type.endsWith('StateExited') || state.name === name;
    });
  }

  #child(parent: Line, suffix: string, iteration: Line['iteration']): Line {
    const line = newLine(`${parent.path}/${parent.state.name}.${parent.begun}${suffix}`, parent, iteration);
    parent.children.push(line);
    this.lines.push(line);
    return line;
  }

  #after({ id, type, previousEventId: previous }: PlainEvent, line: Line): string {
    const from = this.#lineOf.get(previous);
    if (from === undefined) return `event ${previous}, which does not come before ${id}`;
    if (from === line) return previous === line.lastId ? 'the event before' : `an earlier event of its line`;
    if (type === 'MapIterationStarted') {
      const isFirst = this.#types.get(previous) === 'MapStateStarted';
      const isSibling = from.parent === line.parent && from.lastId === previous;
      return isFirst || isSibling ? 'its turn in the Map' : `another iteration's middle`;
    }
    if (from === line.parent) return 'the beginning of its Parallel';
    const below = descendants(line);
    if (previous === Math.max(...below.map(({ lastWrittenId }) => lastWrittenId))) return 'the last event below';
    if (previous === Math.max(...below.map(({ lastId }) => lastId))) return 'the last event below, side events apart';
    return `${from.path} ${previous === from.lastId ? 'end' : 'middle'}`;
  }
}

function newLine(path: string, parent: Line | null, iteration: Line['iteration']): Line {
  const state = { name: '', kind: '' };
  const nothing = { begun: 0, children: [], isClosed: false, lastId: 0, lastWrittenId: 0 };
  return { path, parent, iteration, steps: [], state, ...nothing };
}

function climb(from: Line, isRight: (line: Line) => boolean): Line {
  for (let line: Line | null = from; line !== null; line = line.parent) if (isRight(line)) return line;
  return from;
}

function descendants(line: Line): readonly Line[] {
  return line.children.flatMap((child) => [child, ...descendants(child)]);
}
