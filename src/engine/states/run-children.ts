/** Map iterations and Parallel branches: many lines at once, of which one failure ends all. */

import type { Json } from '../json.ts';
import { type Data, Line, type MapItem } from '../line.ts';
import { Halt, HaltReason, StateError } from '../state-error.ts';
import type { StateGroup } from '../state-machine.ts';
import { runLine } from './run-line.ts';

export interface ChildPlan {
  readonly count: number;
  readonly concurrency: number;
  group(index: number): StateGroup;
  mapItem(index: number): MapItem | null;
  /** The input of a child that has not begun. */
  input(child: Line, index: number): Promise<Data>;
  began(child: Line, index: number): void;
  succeeded(child: Line, index: number): void;
  failed(child: Line, index: number): void;
}

/** How all of them ended. */
export interface ChildrenEnd {
  readonly outputs: readonly Json[];
  readonly failure: StateError | null;
  /** Children that had begun and were cancelled, by index, with their last events. */
  readonly cancelled: ReadonlyMap<number, number>;
  readonly lastEventId: number;
}

/**
 * Runs what is not done yet; children that were under way go first. After a failure nothing new begins, the others'
 * tasks are told to end, and this waits for them.
 * @throws Halt when the parent was told to end
 */
export async function runChildren(parent: Line, plan: ChildPlan): Promise<ChildrenEnd> {
  const children = new Children(parent, plan);
  await Promise.all(Array.from({ length: Math.min(plan.concurrency, plan.count) }, () => children.work()));
  return children.end();
}

class Children {
  readonly #parent: Line;
  readonly #plan: ChildPlan;
  readonly #group = new AbortController();
  readonly #signal: AbortSignal;
  readonly #outputs: Json[];
  /** Indexes of those that are still to be run. */
  readonly #order: number[];
  /** Children that have begun and not ended. */
  readonly #lines = new Map<number, Line>();
  #failure: StateError | null = null;
  #halt: unknown = null;
  #lastEventId: number;
  #lastWrittenId: number;

  constructor(parent: Line, plan: ChildPlan) {
    this.#parent = parent;
    this.#plan = plan;
    this.#signal = AbortSignal.any([parent.signal, this.#group.signal]);
    this.#outputs = Array.from({ length: plan.count }, () => null);
    this.#lastEventId = parent.frame.lastEventId;
    this.#lastWrittenId = parent.frame.lastEventId;
    const waiting = [...this.#outputs.keys()].filter((index) => !this.#restore(index));
    this.#order = [...this.#lines.keys(), ...waiting];
  }

  /** One of the lines that run side by side: takes one child after the other. */
  async work(): Promise<void> {
    let previousEventId = this.#parent.frame.lastEventId;
    while (this.#failure === null && this.#halt === null && !this.#signal.aborted) {
      const index = this.#order.shift();
      if (index === undefined) return;
      const child = this.#lines.get(index) ?? this.#newChild(index, previousEventId);
      this.#lines.set(index, child);
      await this.#run(child, index);
      previousEventId = child.frame.lastEventId;
      this.#noteLast(child.frame.lastEventId, child.lastWrittenId);
    }
  }

  end(): ChildrenEnd {
    this.#parent.throwIfHalted();
    if (this.#halt !== null && this.#failure === null) throw this.#halt;
    const begun = [...this.#lines].filter(([, line]) => line.hasBegun);
    return {
      outputs: this.#outputs,
      failure: this.#failure,
      cancelled: new Map(begun.map(([index, line]) => [index, line.frame.lastEventId])),
      lastEventId: this.#failure === null ? this.#lastWrittenId : this.#lastEventId,
    };
  }

  async #run(child: Line, index: number): Promise<void> {
    try {
      this.#outputs[index] = await runChild(child, this.#plan, index);
      this.#lines.delete(index);
    } catch (error) {
      if (error instanceof StateError) {
        this.#failure ??= error;
        this.#lines.delete(index);
        this.#group.abort(new HaltReason('cancel'));
        return;
      }
      if (!(error instanceof Halt)) this.#parent.run.control.fail(error); // A defect: nothing more may be journaled.
      this.#halt ??= error;
    }
  }

  /** @returns whether the child had begun before the process died */
  #restore(index: number): boolean {
    const frame = this.#parent.run.restored(this.#path(index));
    if (frame === null) return false;
    this.#noteLast(frame.lastEventId, frame.lastEventId);
    const { stage } = frame;
    if (stage.kind === 'succeeded') this.#outputs[index] = stage.output;
    else if (stage.kind === 'failed') this.#failure ??= new StateError(stage.error, stage.cause);
    else this.#lines.set(index, this.#newChild(index, frame.lastEventId));
    return true;
  }

  #newChild(index: number, lastEventId: number): Line {
    const { run, mapItem } = this.#parent;
    const path = this.#path(index);
    return new Line({
      run,
      path,
      group: this.#plan.group(index),
      outer: this.#parent,
      mapItem: this.#plan.mapItem(index) ?? mapItem,
      signal: this.#signal,
      frame: run.restored(path),
      lastEventId,
    });
  }

  #path(index: number): string {
    return `${this.#parent.path}.${this.#parent.frame.attempt}-${index}`;
  }
  #noteLast(eventId: number, writtenId: number): void {
    this.#lastEventId = Math.max(this.#lastEventId, eventId);
    this.#lastWrittenId = Math.max(this.#lastWrittenId, writtenId);
  }
}

/** Journals how the child ended, so that it stays so whatever happens next. */
async function runChild(child: Line, plan: ChildPlan, index: number): Promise<Json> {
  try {
    if (child.run.restored(child.path) === null) {
      plan.began(child, index);
      await child.enter(child.group.startAt, await plan.input(child, index));
    }
    const { value } = await runLine(child);
    plan.succeeded(child, index);
    child.setStage({ kind: 'succeeded', output: value });
    await child.save();
    return value;
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    plan.failed(child, index);
    child.setStage({ kind: 'failed', error: error.error, cause: error.cause });
    await child.save();
    throw error;
  }
}
