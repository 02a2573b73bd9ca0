import { calculateTransformedFunction } from '../functions.ts';
import { openJobDailyA3Data, openJobDailyBatchProcessing } from './aws-stores.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('CalculateTotalTransformedDocs', () =>
  calculateTransformedFunction({
    jobDailyBatchProcessing: openJobDailyBatchProcessing(),
    jobDailyA3Data: openJobDailyA3Data(),
  }),
);
