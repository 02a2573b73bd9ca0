import type { HistoryEvent } from '../../src/engine/history-event.ts';
import {
  beginsExecution,
  type ExecutionRecord,
  type Frame,
  type Journal,
  type JournalCommit,
  type StoredFrame,
  supersededError,
} from '../../src/engine/journal.ts';

/** Keeps JSON texts, as a store would, so that nothing is shared with the engine. */
export class MemoryJournal implements Journal {
  readonly #executions = new Map<string, string>();
  readonly #events = new Map<string, string[]>();
  readonly #frames = new Map<string, Map<string, string>>();
  /** Commits so far. */
  commits = 0;
  /** Refuses every commit from this one on, as if the process had died there. */
  refuseFrom = Number.POSITIVE_INFINITY;
  refusal: unknown = new Error('killed');

  /** As it stands now, for an engine of its own. */
  copy(): MemoryJournal {
    const copy = new MemoryJournal();
    for (const [name, text] of this.#executions) copy.#executions.set(name, text);
    for (const [name, texts] of this.#events) copy.#events.set(name, [...texts]);
    for (const [name, frames] of this.#frames) copy.#frames.set(name, new Map(frames));
    return copy;
  }

  /** All executions. */
  get names(): readonly string[] {
    return [...this.#executions.keys()];
  }

  execution(name: string): ExecutionRecord | null {
    const text = this.#executions.get(name);
    return text === undefined ? null : (JSON.parse(text) as ExecutionRecord);
  }

  frames(execution: string): Iterable<StoredFrame> {
    const frames = this.#frames.get(execution) ?? new Map<string, string>();
    return [...frames].map(([path, text]) => ({ path, frame: JSON.parse(text) as Frame }));
  }

  events(execution: string, afterId: number, limit: number): readonly HistoryEvent[] {
    const texts = this.#events.get(execution) ?? [];
    return texts.slice(afterId, afterId + limit).map((text) => JSON.parse(text) as HistoryEvent);
  }

  lastEventId(execution: string): number {
    return this.#events.get(execution)?.length ?? 0;
  }

  openBelow(root: string): readonly string[] {
    const records = [...this.#executions.keys()].map((name) => this.execution(name)!);
    return records
      .filter((each) => each.root === root && each.name !== root && each.status === 'RUNNING')
      .map(({ name }) => name);
  }

  async commit(commits: readonly JournalCommit[]): Promise<void> {
    this.commits += 1;
    if (this.commits >= this.refuseFrom) throw this.refusal;
    for (const commit of commits) this.#check(commit);
    for (const commit of commits) this.#write(commit);
  }

  #check(commit: JournalCommit): void {
    const status = this.execution(commit.execution)?.status;
    if (beginsExecution(commit) ? status !== undefined : status !== 'RUNNING') throw supersededError(commit.execution);
  }

  #write({ execution, events, putFrames, removeBelow, record }: JournalCommit): void {
    const stored = this.#events.get(execution) ?? [];
    this.#events.set(execution, stored);
    for (const event of events) {
      if (event.id !== stored.length + 1) throw new Error(`Event ${event.id} after ${stored.length}.`);
      stored.push(JSON.stringify(event));
    }
    const frames = this.#frames.get(execution) ?? new Map<string, string>();
    this.#frames.set(execution, frames);
    for (const below of removeBelow) {
      for (const path of [...frames.keys()]) if (path.startsWith(`${below}.`)) frames.delete(path);
    }
    for (const { path, frame } of putFrames) frames.set(path, JSON.stringify(frame));
    if (record === null) return;
    this.#executions.set(execution, JSON.stringify(record));
    if (record.status !== 'RUNNING') frames.clear();
  }
}
