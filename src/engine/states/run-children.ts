/** Map iterations and Parallel branches: many lines at once, of which one failure ends all. */

import type { Json } from '../json.ts';
import { type Data, Line, type MapItem } from '../line.ts';
import { Halt, type HaltReason, StateError } from '../state-error.ts';
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
  const group = new AbortController();
  const signal = AbortSignal.any([parent.signal, group.signal]);
  const outputs: Json[] = Array.from({ length: plan.count }, () => null);
  const waiting: number[] = [];
  const lines = new Map<number, Line>();
  let failure: StateError | null = null;
  let halt: unknown = null;
  let lastEventId = parent.frame.lastEventId;

  for (let index = 0; index < plan.count; index += 1) {
    const path = `${parent.path}.${parent.frame.attempt}-${index}`;
    const frame = parent.run.restored(path);
    if (frame === null) {
      waiting.push(index);
      continue;
    }
    lastEventId = Math.max(lastEventId, frame.lastEventId);
    if (frame.stage.kind === 'succeeded') outputs[index] = frame.stage.output;
    else if (frame.stage.kind === 'failed') failure ??= new StateError(frame.stage.error, frame.stage.cause);
    else lines.set(index, newChild(parent, plan, index, signal));
  }
  const order = [...lines.keys(), ...waiting];

  const work = async (): Promise<void> => {
    while (failure === null && halt === null && !signal.aborted) {
      const index = order.shift();
      if (index === undefined) return;
      const child = lines.get(index) ?? newChild(parent, plan, index, signal);
      lines.set(index, child);
      try {
        outputs[index] = await runChild(child, plan, index);
        lines.delete(index);
      } catch (error) {
        if (error instanceof StateError) {
          failure ??= error;
          lines.delete(index);
          group.abort({ kind: 'cancel' } satisfies HaltReason);
        } else {
          if (!(error instanceof Halt)) parent.run.control.fail(error); // A defect: nothing more may be journaled.
          halt ??= error;
        }
      }
      lastEventId = Math.max(lastEventId, child.frame.lastEventId);
    }
  };
  await Promise.all(Array.from({ length: Math.min(plan.concurrency, order.length) }, work));

  parent.throwIfHalted();
  if (halt !== null && failure === null) throw halt;
  const hasBegun = (line: Line): boolean => line.frame.lastEventId > parent.frame.lastEventId;
  const cancelled = new Map(
    [...lines].filter(([, line]) => hasBegun(line)).map(([index, line]) => [index, line.frame.lastEventId]),
  );
  return { outputs, failure, cancelled, lastEventId };
}

function newChild(parent: Line, plan: ChildPlan, index: number, signal: AbortSignal): Line {
  const path = `${parent.path}.${parent.frame.attempt}-${index}`;
  return new Line({
    run: parent.run,
    path,
    group: plan.group(index),
    outer: parent,
    mapItem: plan.mapItem(index) ?? parent.mapItem,
    signal,
    frame: parent.run.restored(path),
    lastEventId: parent.frame.lastEventId,
  });
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
