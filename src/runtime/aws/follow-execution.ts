/** Watches an execution on AWS, and those nested in it, until it has ended. */
import type { HistoryEvent } from '../../engine/history-event.ts';
import { systemTiming, type Timing } from '../../stores/aws/timing.ts';
import type { StackExecutions } from './stack-executions.ts';

/** While something happens a look a second; a long task is looked at less often. */
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 5_000;
/** Step Functions gives an account 20 reads of histories a second: half of it is left for others. */
const READS_A_SECOND = 10;
/** Step Functions may not see an execution in the moment after its start. So many looks are half a minute. */
const MAX_UNSEEN = 8;

export interface FollowDeps {
  readonly executions: Pick<StackExecutions, 'arnOf' | 'status' | 'eventsAfter'>;
  /** In the order of each execution's history; `execution` is the run, or the ARN of one nested in it. */
  readonly onEvent: (execution: string, event: HistoryEvent) => void;
  readonly signal: AbortSignal;
  readonly timing?: Timing;
}

/** @returns `stopped`: the watcher was asked to stop watching; the execution goes on */
export async function followExecution(run: string, deps: FollowDeps): Promise<'ended' | 'stopped'> {
  const { signal } = deps;
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped');
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const watching = watch(run, deps);
  watching.catch(() => undefined); // What fails after the stop concerns nobody.
  return Promise.race([stopped, watching]);
}

async function watch(
  run: string,
  { executions, onEvent, signal, timing = systemTiming }: FollowDeps,
): Promise<'ended' | 'stopped'> {
  /** Id of the last event told, by execution that has not ended. */
  const open = new Map([[run, 0]]);
  let waitMs = FIRST_WAIT_MS;
  let unseen = 0;
  for (;;) {
    // Asked first: what is read after its end is all there is.
    const status = await executions.status(run);
    unseen = status === null ? unseen + 1 : 0;
    const isClosed = status === null ? unseen > MAX_UNSEEN : status !== 'RUNNING';
    let told = 0;
    for (const execution of open.keys()) {
      const events = await executions.eventsAfter(execution, open.get(execution)!);
      if (signal.aborted) return 'stopped';
      for (const event of events) {
        onEvent(execution, event);
        const nested = nestedOf(event);
        if (nested !== null) open.set(nested, 0); // Iterated by this very loop.
      }
      const last = events.at(-1);
      if (last === undefined) continue;
      told += events.length;
      if (ENDS.test(last.type)) open.delete(execution);
      else open.set(execution, last.id);
    }
    if (isClosed) return 'ended';
    waitMs = told > 0 ? FIRST_WAIT_MS : Math.min(MAX_WAIT_MS, waitMs * 1.5);
    await timing.sleep(Math.max(waitMs, (open.size / READS_A_SECOND) * 1_000));
    if (signal.aborted) return 'stopped';
  }
}

const ENDS = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;

function nestedOf({ taskSubmittedEventDetails: submitted }: HistoryEvent): string | null {
  if (submitted === undefined || !submitted.resource.startsWith('startExecution')) return null;
  const { ExecutionArn: arn } = JSON.parse(submitted.output) as { readonly ExecutionArn?: unknown };
  return typeof arn === 'string' ? arn : null;
}
