import { createDeltaBatchesFunction } from '../functions.ts';
import { openJobDailyBatchProcessing, openJobDailyDelta } from './aws-stores.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('CreateBatchesForDeltaDocs', () =>
  createDeltaBatchesFunction({
    jobDailyDelta: openJobDailyDelta(),
    jobDailyBatchProcessing: openJobDailyBatchProcessing(),
  }),
);
