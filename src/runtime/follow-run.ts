/** Watches a run that another process works on, through the journal that both share. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryEvent } from '../engine/history-event.ts';
import type { Journal } from '../engine/journal.ts';

/** A run's history moves a few times a second. */
const POLL_MS = 300;
/** Events that one look reads at the most. */
const EVENTS_A_LOOK = 500;

/**
 * Hands out the events of a run as they are journaled.
 * @returns `ended`: it is closed; `abandoned`: its process died; `stopped`: the watcher was asked to stop watching
 */
export async function followRun(
  run: string,
  deps: {
    readonly journal: Pick<Journal, 'execution' | 'events'>;
    readonly isAlive: (execution: string) => boolean;
    readonly onEvent: (event: HistoryEvent) => void;
    readonly signal: AbortSignal;
  },
): Promise<'ended' | 'abandoned' | 'stopped'> {
  let after = 0;
  for (;;) {
    const isClosed = (deps.journal.execution(run)?.status ?? 'RUNNING') !== 'RUNNING';
    for (;;) {
      const events = deps.journal.events(run, after, EVENTS_A_LOOK);
      for (const event of events) deps.onEvent(event);
      if (events.length === 0) break;
      after = events.at(-1)!.id;
    }
    if (isClosed) return 'ended';
    if (deps.signal.aborted) return 'stopped';
    if (!deps.isAlive(run)) return 'abandoned';
    await sleep(POLL_MS, undefined, { signal: deps.signal }).catch(() => undefined);
  }
}
