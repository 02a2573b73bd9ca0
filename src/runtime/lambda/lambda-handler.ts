/**
 * Makes a Lambda handler of a step: what it needs is opened once per process, the remaining time becomes `shouldStop`,
 * and every call ends in one log line and its metrics.
 */
import { LexdeltaError } from '../../errors.ts';
import type { CallContext, StepFunction } from '../functions.ts';
import { harmlessError } from './harmless-error.ts';
import { type LogEntry, placeOf, writeLog } from './log.ts';
import { metricsOf, writeMetrics } from './metrics.ts';
import { countsOf } from './outcome-counts.ts';

/** What of Lambda's context is used. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export type LambdaHandler = (payload: unknown, context: LambdaContext) => Promise<unknown>;

/**
 * A call hands back its cursor when this share of its time is used: 11 of 15 minutes. The rest is for the piece of work
 * that was begun, in the worst case a page to which Lex is silent (`open-lex.ts`).
 */
const BUDGET_SHARE = 0.75;

/**
 * @param open called before the first call, and again after it has failed; its result serves all later calls
 * @returns a handler that rejects with the step's error, its `name` kept: the machines' Retry and Catch go by it
 */
export function lambdaHandler(state: string, open: () => StepFunction | Promise<StepFunction>): LambdaHandler {
  let opened: Promise<StepFunction> | null = null;
  const openOnce = (): Promise<StepFunction> => {
    opened ??= Promise.resolve()
      .then(open)
      .catch((error: unknown) => {
        opened = null; // A token that could not be read now may be readable in a minute.
        throw error;
      });
    return opened;
  };
  return async (payload, context) => {
    const begin = performance.now();
    const call = callContext(context, begin);
    const entry = { state, request_id: context.awsRequestId, ...placeOf(payload) };
    try {
      const output = await (await openOnce())(payload, call);
      tellEnd(entry, payload, output, performance.now() - begin);
      return output;
    } catch (thrown) {
      if (isRefusedByLex(thrown)) opened = null;
      const error = harmlessError(thrown);
      const { name: error_name, message } = error;
      const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
      writeLog('error', { ...entry, duration_ms: since(begin), error_name, message, frames: frames.slice(0, 10) });
      throw error;
    }
  };
}

/** The token is read again for the next call: a process outlives the rotation of a secret. */
function isRefusedByLex(error: unknown): boolean {
  return error instanceof LexdeltaError && error.code === 'LEX_UNAUTHORIZED';
}

function callContext(context: LambdaContext, begin: number): CallContext {
  const deadline = begin + context.getRemainingTimeInMillis() * BUDGET_SHARE;
  // Lambda ends a call by ending its process: there is nobody who could abort it.
  return { signal: new AbortController().signal, shouldStop: () => performance.now() > deadline };
}

function tellEnd(entry: LogEntry, payload: unknown, output: unknown, durationMs: number): void {
  const hasCursor = typeof output === 'object' && output !== null && 'cursor' in output && output.cursor !== null;
  const duration_ms = Math.round(durationMs);
  writeLog('info', { ...entry, duration_ms, has_cursor: hasCursor, counts: countsOf(output) });
  writeMetrics(entry.state, { Duration: duration_ms, ...metricsOf(entry.state, payload, output) });
}

function since(begin: number): number {
  return Math.round(performance.now() - begin);
}
