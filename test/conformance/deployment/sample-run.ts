/** A day of the sample, run on the deployed stack as the schedule runs it, and watched as the command line watches it. */
import { executionName } from '../../../src/job/business-date.ts';
import { DEFAULT_INPUT, parseJobInput } from '../../../src/job/job-input.ts';
import type { RunReport } from '../../../src/runtime/run-report.ts';
import { callAws } from './call-aws.ts';
import type { DeployedName, DeployedStack } from './deployed-stack.ts';
import type { SampleDay } from './sample-lex.ts';

const DAY_MS = 86_400_000;

/**
 * Shows the day's Lex, has the starter start its run, and waits until that has ended, well or not.
 * @throws Error when the starter starts nothing
 */
export async function runSampleDay(stack: DeployedStack, day: SampleDay): Promise<RunReport> {
  stack.lex.show(day);
  const started = await invoke(stack, 'StartDailyAgreementJob', { scheduled_time: scheduledTimeFor(day.date) });
  const run = executionName(day.date, 1);
  if (started['run'] !== run || started['started'] !== true) {
    throw new Error(`The starter did not start ${run}: ${JSON.stringify(started)}`);
  }
  return reportOf(stack, day);
}

/** Of the day's first run, once that has ended. */
export async function reportOf(stack: DeployedStack, { date }: SampleDay): Promise<RunReport> {
  const namespaces = DEFAULT_INPUT.namespaces.map((namespace) => ({ namespace }));
  const input = parseJobInput({ ...DEFAULT_INPUT, namespaces, business_date: date });
  const outcome = await stack.runtime.run({ input, attempt: null }, {});
  const run = executionName(date, 1);
  if (outcome.kind !== 'ended' || outcome.report.run !== run) throw new Error(`${run}: ${JSON.stringify(outcome)}`);
  return outcome.report;
}

/** One in the morning of the day after, in New York's summer. */
export function scheduledTimeFor(businessDate: string): string {
  return new Date(Date.parse(`${businessDate}T05:00:00Z`) + DAY_MS).toISOString();
}

/** @throws Error what the function threw */
export async function invoke(
  stack: DeployedStack,
  name: DeployedName,
  payload: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const path = `/2015-03-31/functions/${stack.functionNames[name]}/invocations`;
  const response = await callAws(stack, { service: 'lambda', method: 'POST', path, body: JSON.stringify(payload) });
  const text = await response.text();
  if (!response.ok || response.headers.has('x-amz-function-error')) throw new Error(`${name}: ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
