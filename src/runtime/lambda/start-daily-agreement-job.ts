/**
 * The schedule's starter. Starts `agreements-<date>` for the business date that the scheduled time means, or nothing on
 * a weekend or a holiday. Started twice for one date it changes nothing: Step Functions refuses the second execution of a name.
 */
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { executionName } from '../../job/business-date.ts';
import { parseJobInput } from '../../job/job-input.ts';
import { scheduledBusinessDate } from '../../job/scheduled-date.ts';
import type { StepFunction } from '../functions.ts';
import { dateRule } from './date-rule.ts';
import { readVariables } from './environment.ts';
import { lambdaHandler } from './lambda-handler.ts';

/** How a trigger ended. A run that exists may run, have failed or have succeeded: another attempt is an operator's choice. */
export interface StartOutcome {
  readonly run: string | null;
  readonly started: boolean;
  readonly reason: 'started' | 'exists' | 'no_business_day';
}

export const handler = lambdaHandler('StartDailyAgreementJob', openStarter);

/** @throws PermanentError `CONFIG_INVALID`, `INPUT_INVALID` */
export function openStarter(): StepFunction {
  const { stateMachine, jobInput, ...day } = readVariables([
    'stateMachine',
    'jobInput',
    'timeZone',
    'daysBack',
    'holidays',
  ]);
  const rule = dateRule(day);
  const client = new SFNClient({});
  const job = JSON.parse(jobInput) as Readonly<Record<string, unknown>>;
  return async (payload) => {
    const scheduledAt = (payload as { readonly scheduled_time?: unknown } | null)?.scheduled_time;
    const date = scheduledBusinessDate(scheduledAt, rule);
    if (date === null) return { run: null, started: false, reason: 'no_business_day' } satisfies StartOutcome;
    const run = executionName(date, 1);
    // Nothing of the moment stands in the input: the same date must give the same text, or Step Functions sees a conflict.
    const input = JSON.stringify(parseJobInput({ ...job, business_date: date }));
    return start(client, stateMachine, run, input);
  };
}

async function start(client: SFNClient, stateMachineArn: string, name: string, input: string): Promise<StartOutcome> {
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    return { run: name, started: true, reason: 'started' };
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
    return { run: name, started: false, reason: 'exists' };
  }
}
