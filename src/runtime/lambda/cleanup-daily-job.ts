import { cleanupFunction } from '../functions.ts';
import { openJobDailyBatchProcessing, openJobDailyDelta } from './aws-stores.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('CleanupDailyJob', () =>
  cleanupFunction({
    jobDailyDelta: openJobDailyDelta(),
    jobDailyBatchProcessing: openJobDailyBatchProcessing(),
  }),
);
