import { deltaBatchInfoFunction } from '../functions.ts';
import { openJobDailyBatchProcessing } from './aws-stores.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('GetDeltaDocsBatchInfo', () =>
  deltaBatchInfoFunction({
    jobDailyBatchProcessing: openJobDailyBatchProcessing(),
  }),
);
