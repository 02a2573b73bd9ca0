/**
 * Group commit: all writes that wait go into one physical transaction, each as a child transaction of its own, so that one
 * that throws leaves nothing behind and harms no other.
 */
import { PermanentError } from '../../errors.ts';
import { afterDurableWrite, beforeDurableWrite } from './durable-writes.ts';
import type { CommitOptions } from './environment.ts';
import { markInTransaction } from './exit-in-transaction.ts';
import type { LmdbFile } from './lmdb-file.ts';
import { commitError, storageError } from './storage-error.ts';
import { whoHolds } from './who-holds.ts';

interface Write {
  readonly run: () => unknown;
  readonly durable: boolean;
  readonly label: string | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  timer: NodeJS.Timeout | undefined;
}

/** A write whose child transaction is part of a physical one that is being committed. */
interface DoneWrite {
  readonly write: Write;
  readonly result: unknown;
  readonly place: string;
}

export interface GroupCommitOptions {
  readonly file: LmdbFile;
  /** How long to wait for the write lock, and for the disk to confirm. */
  readonly busyAfterMs: number;
  /** Runs first in every physical transaction; when it throws, all of its writes fail with that. */
  readonly checkGuard: () => void;
  /** Told the first table that a write touches. */
  readonly tableTouched: () => string | null;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #unsettled = new Set<Promise<unknown>>();
  #waiting: Write[] = [];
  /** Between asking for the write lock and the commit. */
  #inFlight = false;
  #isWriting = false;
  /** The last physical commit failed: lmdb-js never tells those who wait for its flush. */
  #hasFailed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** True inside the function given to {@link commit}. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Resolves when nothing waits any more: at once when the lock is stuck, as every write has been told so. */
  async settled(): Promise<void> {
    while (this.#unsettled.size > 0) await Promise.allSettled([...this.#unsettled]);
  }

  /** Whether closing would not wait for ever: with a thread that waits for the write lock, or for a flush that failed. */
  get canClose(): boolean {
    return !this.#inFlight && !this.#hasFailed;
  }

  commit<T>(run: () => T, options: CommitOptions = {}): Promise<T> {
    const settled = new Promise<unknown>((resolve, reject) => {
      const write: Write = {
        run,
        durable: options.durable ?? false,
        label: options.label,
        resolve,
        reject,
        timer: undefined,
      };
      write.timer = setTimeout(() => this.#giveUp(write), this.#options.busyAfterMs);
      this.#waiting.push(write);
      if (!this.#inFlight) void this.#commitWaiting();
    });
    this.#unsettled.add(settled);
    const forget = () => this.#unsettled.delete(settled);
    settled.then(forget, forget);
    return settled as Promise<T>;
  }

  /** Commits what waits, until nothing does. Every failure reaches the writes that it concerns. */
  async #commitWaiting(): Promise<void> {
    const { root, path } = this.#options.file;
    this.#inFlight = true;
    while (this.#waiting.length > 0) {
      const group: { done: readonly DoneWrite[] | null } = { done: null };
      const leave = markInTransaction();
      try {
        const committed = root.transaction(() => {
          group.done = this.#runWaiting();
        });
        // Asked for in the same turn, or it would tell of a later commit. Never rejects: a commit that fails tells itself.
        const flushed = new Promise<void>((resolve) =>
          root.flushed.then(
            () => resolve(),
            () => undefined,
          ),
        );
        await committed;
        this.#hasFailed = false;
        for (const write of group.done ?? []) void this.#acknowledge(write, flushed);
      } catch (error) {
        this.#hasFailed = true;
        const cause = commitError(await underlyingError(error), path);
        if (group.done === null) this.#rejectWaiting(cause);
        for (const { write } of group.done ?? []) write.reject(cause);
      } finally {
        leave();
      }
    }
    this.#inFlight = false;
  }

  /** Inside the physical transaction. Writes that gave up meanwhile are no longer there. */
  #runWaiting(): readonly DoneWrite[] {
    const writes = this.#waiting;
    this.#waiting = [];
    for (const write of writes) clearTimeout(write.timer);
    this.#isWriting = true;
    try {
      this.#options.checkGuard();
      return writes.flatMap((write) => this.#runOne(write));
    } catch (error) {
      for (const write of writes) write.reject(error);
      return [];
    } finally {
      this.#isWriting = false;
    }
  }

  #runOne(write: Write): readonly DoneWrite[] {
    const { root, path } = this.#options.file;
    this.#options.tableTouched();
    try {
      let result: unknown;
      root.childTransaction(() => {
        result = write.run();
        return undefined; // A promise would be waited for with the lock held.
      });
      const place = `lmdb.commit:${write.label ?? this.#options.tableTouched() ?? 'nothing'}`;
      beforeDurableWrite(place);
      return [{ write, result, place }];
    } catch (error) {
      write.reject(storageError(error, path));
      return [];
    }
  }

  async #acknowledge({ write, result, place }: DoneWrite, flushed: Promise<void>): Promise<void> {
    if (write.durable) {
      write.timer = setTimeout(() => this.#giveUpFlush(write), this.#options.busyAfterMs);
      await flushed;
      clearTimeout(write.timer);
    }
    afterDurableWrite(place);
    write.resolve(result);
  }

  #giveUp(write: Write): void {
    this.#waiting = this.#waiting.filter((other) => other !== write);
    const { path } = this.#options.file;
    const pid = whoHolds(path);
    const holder = pid === null ? 'a thread of this process' : `process ${pid}`;
    const what = `The write lock of \`${path}\` could not be had for ${this.#busySeconds} s: ${holder} holds it.`;
    write.reject(new PermanentError('STORE_BUSY', what, { path, ...(pid === null ? {} : { pid }) }));
  }

  /** The commit is visible, but the disk has not confirmed it: it may be lost when the power fails. */
  #giveUpFlush(write: Write): void {
    const { path } = this.#options.file;
    const what = `The disk did not confirm within ${this.#busySeconds} s what was written to \`${path}\`.`;
    write.reject(new PermanentError('STORE_WRITE_FAILED', what, { path }));
  }

  get #busySeconds(): number {
    return this.#options.busyAfterMs / 1000;
  }

  #rejectWaiting(error: unknown): void {
    const writes = this.#waiting;
    this.#waiting = [];
    for (const write of writes) {
      clearTimeout(write.timer);
      write.reject(error);
    }
  }
}

/** lmdb-js says that a commit failed, and why in a promise beside it. */
async function underlyingError(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
