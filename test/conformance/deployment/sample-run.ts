/** A day of the sample, run on the deployed stack as the schedule runs it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, type DescribeExecutionOutput, SFNClient } from '@aws-sdk/client-sfn';
import { executionName } from '../../../src/job/business-date.ts';
import { type RunReport, readRunReport } from '../../../src/runtime/run-report.ts';
import { callAws } from './call-aws.ts';
import type { DeployedName, DeployedStack } from './deployed-stack.ts';
import type { SampleDay } from './sample-lex.ts';

const RUN_TIMEOUT_MS = 120_000;
const POLL_MS = 200;
const DAY_MS = 86_400_000;

/**
 * Shows the day's Lex, has the starter start its run, and waits until that has ended, well or not.
 * @throws Error when the starter starts nothing, or the run dies without a word
 */
export async function runSampleDay(stack: DeployedStack, day: SampleDay, signal?: AbortSignal): Promise<RunReport> {
  stack.lex.show(day);
  const outcome = await invoke(stack, 'StartDailyAgreementJob', { scheduled_time: scheduledTimeFor(day.date) });
  const run = executionName(day.date, 1);
  if (outcome['run'] !== run || outcome['started'] !== true) {
    throw new Error(`The starter did not start ${run}: ${JSON.stringify(outcome)}`);
  }
  const { status, error, cause } = await waitForEnd(stack, run, signal);
  const row = await stack.stores.jobStats.getRun(day.date, run);
  if (row === null || row.status === 'running') throw new Error(`${run} ended as ${status}: ${error} ${cause}`);
  return readRunReport(row);
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

async function waitForEnd(stack: DeployedStack, run: string, signal?: AbortSignal): Promise<DescribeExecutionOutput> {
  const client = new SFNClient({ endpoint: stack.endpoint, region: stack.region });
  const machine = stack.outputs['DailyAgreementJobArn']!;
  const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${run}`;
  try {
    for (const endsAt = Date.now() + RUN_TIMEOUT_MS; Date.now() < endsAt; await sleep(POLL_MS, null, { signal })) {
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return execution;
    }
    throw new Error(`${run} did not end within ${RUN_TIMEOUT_MS / 1_000} s.`);
  } finally {
    client.destroy();
  }
}
