/**
 * Runs at the deadline of every day and tells, as metrics, whether the day's run was started and published. A weekend
 * or holiday counts as both, so that a day without these metrics always means that this check itself did not run. Reads only.
 */
import { executionName } from '../../job/business-date.ts';
import { type DateRule, scheduledBusinessDate } from '../../job/scheduled-date.ts';
import type { JobStats } from '../../stores/job-stats.ts';
import type { StepFunction } from '../functions.ts';
import { openJobStats } from './aws-stores.ts';
import { dateRule } from './date-rule.ts';
import { readVariables } from './environment.ts';
import { lambdaHandler } from './lambda-handler.ts';

export interface DeadlineOutcome {
  readonly run: string | null;
  readonly NotStarted: 0 | 1;
  readonly NotPublished: 0 | 1;
}

export const handler = lambdaHandler('CheckDeadline', () => {
  return deadlineCheck(openJobStats(), dateRule(readVariables(['timeZone', 'daysBack', 'holidays'])));
});

export function deadlineCheck(jobStats: Pick<JobStats, 'getLock' | 'getRun'>, rule: DateRule): StepFunction {
  return async (payload): Promise<DeadlineOutcome> => {
    const scheduledAt = (payload as { readonly scheduled_time?: unknown } | null)?.scheduled_time;
    const date = scheduledBusinessDate(scheduledAt, rule);
    if (date === null) return { run: null, NotStarted: 0, NotPublished: 0 };
    const run = executionName(date, 1);
    const { as_of } = await jobStats.getLock();
    // A table of a later date stands for this one too: the job refuses dates out of order, so nothing is left to wait for.
    if (as_of !== null && as_of >= date) return { run, NotStarted: 0, NotPublished: 0 };
    return { run, NotStarted: (await jobStats.getRun(date, run)) === null ? 1 : 0, NotPublished: 1 };
  };
}
