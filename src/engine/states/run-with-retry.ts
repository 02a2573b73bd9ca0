/** Retry and Catch of Task, Map and Parallel. */
import type { Json } from '../json.ts';
import type { Line } from '../line.ts';
import { errorMatches, StateError } from '../state-error.ts';
import type { RetriableState, Retrier } from '../state-machine.ts';
import type { Left } from './run-line.ts';
import { sleepUntil } from './run-wait.ts';

/** Runs `attempt` until it gives a result, no retrier grants another one, or a catcher takes the error. */
export async function runWithRetry(line: Line, state: RetriableState, attempt: () => Promise<Json>): Promise<Left> {
  for (;;) {
    if (line.frame.stage.kind === 'backing-off') {
      await sleepUntil(line, line.frame.stage.dueAtMs);
      line.setStage({ kind: 'entered' });
    }
    try {
      const result = await attempt();
      return { next: state.next, data: await line.leave(state, result, { result }) };
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      const delayMs = grantRetry(line, state, error);
      if (delayMs === null) return await catchError(line, state, error);
      line.setStage({ kind: 'backing-off', dueAtMs: line.run.context.clock.now() + delayMs });
      await line.save();
    }
  }
}

/** The delay before another attempt, or null. The first retrier that names the error decides, and counts for itself. */
function grantRetry(line: Line, { retry }: RetriableState, { error }: StateError): number | null {
  const index = retry.findIndex(({ errorEquals }) => errorMatches(errorEquals, error));
  const retrier = retry[index];
  const granted = line.frame.retries[index] ?? 0;
  // Nothing grants a retry of States.Runtime, not even by name.
  if (retrier === undefined || error === 'States.Runtime' || granted >= retrier.maxAttempts) return null;
  line.countRetry(index);
  return retryDelayMs(retrier, granted, line.run.context.random);
}

/** @param granted how many attempts the retrier has granted before */
export function retryDelayMs(retrier: Retrier, granted: number, random: () => number): number {
  const { intervalSeconds, backoffRate, maxDelaySeconds, fullJitter } = retrier;
  const seconds = Math.min(intervalSeconds * backoffRate ** granted, maxDelaySeconds ?? Number.MAX_SAFE_INTEGER / 1000);
  return Math.round(seconds * 1000 * (fullJitter ? random() : 1));
}

async function catchError(line: Line, state: RetriableState, error: StateError): Promise<Left> {
  const catcher = state.catch.find(({ errorEquals }) => errorMatches(errorEquals, error.error));
  if (catcher === undefined || error.error === 'States.Runtime') throw error;
  const errorOutput = { Error: error.error, Cause: error.cause };
  return { next: catcher.next, data: await line.leave(catcher, errorOutput, { errorOutput }) };
}
