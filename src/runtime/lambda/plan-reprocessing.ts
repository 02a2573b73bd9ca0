import { planReprocessingFunction } from '../functions.ts';
import { openJobDailyA3Data, openJobDailyDelta } from './aws-stores.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('PlanReprocessing', () =>
  planReprocessingFunction({
    jobDailyA3Data: openJobDailyA3Data(),
    jobDailyDelta: openJobDailyDelta(),
  }),
);
