/** An execution is run by one process at a time: the one that took its incarnation last. */
import type { Table } from './environment.ts';
import { type Guard, INCARNATIONS, type IncarnationRecord } from './guard.ts';
import { isProcessDead, readHeartbeat, startHeartbeat } from './heartbeat.ts';
import { openEnvironment } from './open-environment.ts';
import { ownIdentity, type ProcessIdentity } from './process-identity.ts';

export interface TakeExecutionOptions {
  /** The data folder. */
  readonly folder: string;
  readonly execution: string;
  /** As `openEnvironment`. */
  readonly busyAfterMs?: number;
  /** Milliseconds since 1970, for judging the heartbeats of others; default `Date.now`. */
  readonly now?: () => number;
}

export interface TakenExecution {
  readonly guard: Guard;
  /** Ends the heartbeat, and lets another process take the execution at once. Safe to call again. */
  release(): Promise<void>;
}

/** The process that runs the execution. */
export interface RunningElsewhere {
  readonly runningBy: ProcessIdentity & { readonly time_ms: number };
}

/** Whether a living process runs the execution, by its heartbeat alone: LMDB is not opened. */
export function isExecutionAlive(folder: string, execution: string): boolean {
  const heartbeat = readHeartbeat(folder, execution);
  return heartbeat !== null && !isProcessDead(heartbeat);
}

/**
 * Takes an execution for this process, or tells which living process runs it. From then on every commit with the former
 * guard fails with `RUN_SUPERSEDED`.
 * @throws PermanentError `STORE_BUSY` when a process that counts as dead was stopped inside of a write
 */
export async function takeExecution(options: TakeExecutionOptions): Promise<TakenExecution | RunningElsewhere> {
  const { folder, execution, now = Date.now } = options;
  for (;;) {
    const heartbeat = readHeartbeat(folder, execution);
    if (heartbeat !== null && !isProcessDead(heartbeat, now())) return { runningBy: heartbeat };
    const environment = openEnvironment(options);
    try {
      const records = environment.table<IncarnationRecord>(INCARNATIONS, 'json');
      const last = records.get(execution);
      // Taken a moment ago, before the first heartbeat.
      if (last !== null && !last.is_released && !isProcessDead(last, now())) return { runningBy: last };
      const incarnation = (last?.incarnation ?? 0) + 1;
      const record = { ...ownIdentity(), incarnation, time_ms: Date.now(), is_released: false };
      const isMine = await environment.commit(() => replaceIfLast(records, execution, last, record), { durable: true });
      if (isMine) return taken(options, { execution, incarnation });
    } finally {
      await environment.close();
    }
  }
}

function replaceIfLast(
  records: Table<IncarnationRecord>,
  execution: string,
  last: IncarnationRecord | null,
  next: IncarnationRecord,
): boolean {
  if (records.get(execution)?.incarnation !== last?.incarnation) return false;
  records.put(execution, next);
  return true;
}

function taken(options: TakeExecutionOptions, guard: Guard): TakenExecution {
  const stopHeartbeat = startHeartbeat(options.folder, guard);
  let released: Promise<void> | null = null;
  const release = async () => {
    const environment = openEnvironment(options);
    try {
      const records = environment.table<IncarnationRecord>(INCARNATIONS, 'json');
      await environment.commit(() => {
        const last = records.get(guard.execution);
        if (last?.incarnation === guard.incarnation) records.put(guard.execution, { ...last, is_released: true });
      });
    } finally {
      await environment.close();
      await stopHeartbeat();
    }
  };
  return {
    guard,
    release: () => {
      released ??= release();
      return released;
    },
  };
}
