/** The journal in the LMDB environment that it shares with everything else that must be true together. */
import type { HistoryEvent } from './history-event.ts';
import {
  beginsExecution,
  type ExecutionRecord,
  type Frame,
  type Journal,
  type JournalCommit,
  type StoredFrame,
  supersededError,
} from './journal.ts';

/** What the journal needs of a table: keys are texts, ordered by their bytes. Writes only inside a commit. */
export interface JournalTable<V> {
  get(key: string): V | null;
  put(key: string, value: V): void;
  remove(key: string): boolean;
  /** `from` is inclusive, `after` and `before` are exclusive. One snapshot. */
  range(bounds: {
    readonly from?: string;
    readonly after?: string;
    readonly before: string;
    readonly reverse?: boolean;
    readonly limit?: number;
  }): Iterable<{ readonly key: string; readonly value: V }>;
}

/** What the journal needs of the embedded environment, which fits this as it is. */
export interface JournalEnvironment {
  /** One transaction, all or nothing, in the order of the calls. */
  commit(write: () => void): Promise<void>;
  table<V>(name: string, encoding: 'json'): JournalTable<V>;
}

/** No execution's name holds a slash, so that `name/` begins the keys of one execution and of no other. */
const SEPARATOR = '/';
/** The sign after the separator: the end of an execution's keys. */
const BEHIND_SEPARATOR = '0';
/** Paths are dotted, and `/` follows `.`: the end of the keys below a path. */
const BEHIND_DOT = '/';
/** Ids up to 25,000 sort as text. */
const ID_DIGITS = 6;

export class LmdbJournal implements Journal {
  readonly #environment: JournalEnvironment;
  readonly #executions: JournalTable<ExecutionRecord>;
  readonly #frames: JournalTable<Frame>;
  readonly #events: JournalTable<HistoryEvent>;
  /** `root/name` of every open execution. */
  readonly #open: JournalTable<true>;

  constructor(environment: JournalEnvironment) {
    this.#environment = environment;
    this.#executions = environment.table<ExecutionRecord>('engine-executions', 'json');
    this.#frames = environment.table<Frame>('engine-frames', 'json');
    this.#events = environment.table<HistoryEvent>('engine-events', 'json');
    this.#open = environment.table<true>('engine-open', 'json');
  }

  execution(name: string): ExecutionRecord | null {
    return this.#executions.get(name);
  }

  *frames(execution: string): Iterable<StoredFrame> {
    const prefix = execution + SEPARATOR;
    for (const { key, value } of this.#frames.range({ from: prefix, before: execution + BEHIND_SEPARATOR })) {
      yield { path: key.slice(prefix.length), frame: value };
    }
  }

  events(execution: string, afterId: number, limit: number): readonly HistoryEvent[] {
    const bounds = { after: eventKey(execution, afterId), before: execution + BEHIND_SEPARATOR, limit };
    return [...this.#events.range(bounds)].map(({ value }) => value);
  }

  lastEventId(execution: string): number {
    const bounds = { from: execution + SEPARATOR, before: execution + BEHIND_SEPARATOR, reverse: true, limit: 1 };
    for (const { value } of this.#events.range(bounds)) return value.id;
    return 0;
  }

  openBelow(root: string): readonly string[] {
    const prefix = root + SEPARATOR;
    const keys = [...this.#open.range({ from: prefix, before: root + BEHIND_SEPARATOR })];
    return keys.map(({ key }) => key.slice(prefix.length)).filter((name) => name !== root);
  }

  async commit(commits: readonly JournalCommit[]): Promise<void> {
    await this.#environment.commit(() => {
      for (const commit of commits) this.#write(commit);
    });
  }

  #write(commit: JournalCommit): void {
    const { execution, root, events, putFrames, removeBelow, record } = commit;
    const openKey = root + SEPARATOR + execution;
    const isOpen = this.#open.get(openKey) !== null;
    if (beginsExecution(commit) ? this.#executions.get(execution) !== null : !isOpen) throw supersededError(execution);
    for (const event of events) this.#events.put(eventKey(execution, event.id), event);
    for (const path of removeBelow)
      this.#removeFrames(`${execution}${SEPARATOR}${path}.`, `${execution}${SEPARATOR}${path}${BEHIND_DOT}`);
    for (const { path, frame } of putFrames) this.#frames.put(execution + SEPARATOR + path, frame);
    if (record === null) return;
    this.#executions.put(execution, record);
    if (record.status === 'RUNNING') {
      this.#open.put(openKey, true);
      return;
    }
    this.#open.remove(openKey);
    this.#removeFrames(execution + SEPARATOR, execution + BEHIND_SEPARATOR);
  }

  #removeFrames(from: string, before: string): void {
    const keys = [...this.#frames.range({ from, before })].map(({ key }) => key);
    for (const key of keys) this.#frames.remove(key);
  }
}

function eventKey(execution: string, id: number): string {
  return `${execution}${SEPARATOR}${String(id).padStart(ID_DIGITS, '0')}`;
}
